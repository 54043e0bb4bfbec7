import { expect, test } from "vitest";
import { higherIsBetter } from "#src/derive/runs/metric-direction.js";

test.each([
  ["eval_accuracy", "accuracy_score", "acc,none", "acc_norm", "mean_token_match", "exact_match,strict-match"],
  ["rougeL", "eval/rouge_l", "ROUGE-L", "rouge1", "sacrebleu", "chrF", "bertscore_f1", "meteor", "f1_macro"],
  ["eval_mcc", "matthews_correlation", "pearson", "mean_embedding_similarity", "roc_auc", "ndcg_10"],
  ["pass@1", "pass_1", "pass_at_10", "win_rate", "winrate", "reward", "reward_mean", "elo"],
  ["mmlu", "gsm8k", "hellaswag", "arc_challenge", "truthfulqa_mc2", "humaneval", "mt_bench"],
  ["log_likelihood", "loglikelihood", "logprob", "samples_per_second", "tokens_per_sec", "throughput"],
])("higher values of %s, %s and the like are better", (...names) => {
  for (const name of names) expect(higherIsBetter(name), name).toBe(true);
});

test.each([
  ["eval_loss", "training_loss", "loss", "accuracy_loss", "mmlu_loss", "nll", "negative_log_likelihood"],
  ["perplexity", "word_perplexity,none", "ppl", "bits_per_byte", "bpb", "cross_entropy", "kl_divergence"],
  ["error_rate", "wer", "cer", "rmse", "mae", "edit_distance", "brier_score", "ece"],
  ["peak_memory_mb", "time_per_step_seconds", "training_time_seconds", "latency_ms"],
])("lower values of %s, %s and the like are better", (...names) => {
  for (const name of names) expect(higherIsBetter(name), name).toBe(false);
});

test.each(["score", "grad_norm", "learning_rate", "epoch", "acc_stderr,none", "quality", ""])(
  "the direction of %j is not known",
  (name) => expect(higherIsBetter(name)).toBeNull(),
);
