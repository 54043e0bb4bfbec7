/**
 * Returns whether higher values of a metric are better, by its name as recorded; null if the name does not tell. The spelling
 * does not matter: `rougeL`, `eval/rouge_l` and `ROUGE-L` are one metric. Directions follow `higher_is_better` of lm-eval.
 */
export function higherIsBetter(key: string): boolean | null {
  const name = normalised(key);
  // A change of a metric has another direction than the metric, or none: `accuracy_drop`, `loss_reduction`, `ppl_delta`.
  if (CHANGES.test(name)) return null;
  const [, negated] = NEGATED.exec(name) ?? [];
  if (negated !== undefined) {
    // `negative_f1` may also be the F1 of the negative class.
    return directionOf(negated) === false ? true : null;
  }
  const [, complement] = COMPLEMENT.exec(name) ?? [];
  if (complement !== undefined) {
    const ofMetric = directionOf(complement);
    return ofMetric === null ? null : !ofMetric;
  }
  return directionOf(name);
}

/** Returns whether a metric may be written as a fraction or as a percent: a share of right or of wrong answers. */
export function mayBePercent(key: string): boolean {
  const name = normalised(key);
  return SHARES.test(name) && !/(^|_)per_(second|sec|s)$/.test(name);
}

const SHARES = words("acc(uracy)?", "f1", "em", "exact", "match(es)?", "precision", "recall", "errors?", "err", "[wct]er", ".*rate", "pass_(at_)?\\d+", "mmlu", "gsm_?8k"); // prettier-ignore
const CHANGES = words("drop", "delta", "diff(erence)?", "gap", "change", "reduction", "decrease", "increase", "gain", "improvement", "saving", "saved"); // prettier-ignore
/** scikit-learn negates losses, so that higher values are better: `neg_mean_squared_error`. */
const NEGATED = /^(?:eval_)?(?:neg|negative|minus|negated)_(?!log_?(?:lik|prob))(.+)$/;
/** `1 - accuracy`, as it is written in a table or after its name was normalised. */
const COMPLEMENT = /^(?:eval_)?(?:one_minus|1_minus|1(?=_(?:acc|accuracy|f1|em|bleu|auc|similarity)$))_(.+)$/;

function directionOf(name: string): boolean | null {
  const rule = DIRECTIONS.find(({ names }) => names.test(name));
  return rule?.higherIsBetter ?? null;
}

interface Direction {
  /** Matches whole words of a normalised name. */
  readonly names: RegExp;
  readonly higherIsBetter: boolean | null;
}

/** The first match decides, so that `accuracy_loss` is a loss, and `negative_log_likelihood` is not a log-likelihood. */
const DIRECTIONS: readonly Direction[] = [
  { names: words("stderr", "std", "stdev", "count", "learning_rate", "grad_norm"), higherIsBetter: null },
  { names: /(^|_)per_(second|sec|s)$/, higherIsBetter: true },
  { names: words("nll", "neg(ative)?_log_?(likelihood|prob).*"), higherIsBetter: false },
  { names: words("log_?likelihoods?", "log_?lik", "log_?probs?", "log_?probability"), higherIsBetter: true },
  {
    names: words(
      "loss(es)?",
      "cross_entropy",
      "perplexity",
      "ppl",
      "bits_per_(byte|char|character|token)",
      "bp[bc]",
      "errors?",
      "err",
      "[wct]er",
      "r?mse",
      "ma[ep]e?",
      "distance",
      "divergence",
      "kld?",
      "jsd",
      "brier(_score)?",
      "ece",
      "toxicity",
      "hallucinations?",
      "fid",
      "time",
      "runtime",
      "latency",
      "seconds",
      "memory",
      "vram",
      "mb",
      "gb",
      "energy",
      "cost",
    ),
    higherIsBetter: false,
  },
  {
    names: words(
      "accuracy",
      "acc",
      "f1",
      "(sacre)?bleu",
      "chr_?f",
      "rouge[a-z0-9]*",
      "meteor",
      "bert_?score",
      "bleurt",
      "comet",
      "exact",
      "em",
      "match(es)?",
      "similarity",
      "precision",
      "recall",
      "(au)?roc",
      "(roc_)?auc",
      "mcc",
      "matthews",
      "kappa",
      "pearsonr?",
      "spearmanr?",
      "correlation",
      "corrcoef",
      "r2",
      "ndcg",
      "mrr",
      "pass_(at_)?\\d+",
      "(pass|solve|success)_rate",
      "win_?rate",
      "wins?",
      "rewards?",
      "elo",
      "throughput",
      "speedup",
    ),
    higherIsBetter: true,
  },
  // Benchmarks whose figure is an accuracy or a pass rate.
  {
    names: words(
      "(super_?)?glue",
      "[cm]?mmlu(_pro)?",
      "gsm_?8k",
      "hella_?swag",
      "arc(_(easy|challenge))?",
      "wino_?grande",
      "truthful_?qa",
      "piqa",
      "siqa",
      "bool_?q",
      "open_?book_?qa",
      "commonsense_?qa",
      "trivia_?qa",
      "squad(_?v2)?",
      "human_?eval",
      "mbpp",
      "bbh",
      "big_bench(_hard)?",
      "ifeval",
      "gpqa",
      "mt_?bench",
      "alpaca_?eval",
      "sst_?2",
      "mnli",
      "qnli",
      "rte",
      "cola",
      "mrpc",
      "qqp",
    ),
    higherIsBetter: true,
  },
];

/** Returns a pattern of any of these words, each between underscores or at an end of the name. */
function words(...alternatives: string[]): RegExp {
  return new RegExp(`(^|_)(${alternatives.join("|")})($|_)`);
}

/** Returns a name in lower case with underscores between its words. */
function normalised(key: string): string {
  return key
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_");
}
