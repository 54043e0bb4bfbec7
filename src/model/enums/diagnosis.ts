import { defineEnum, type EnumValue } from "./define-enum.js";

export const HypothesisVerdict = defineEnum("HypothesisVerdict", "The result of testing a hypothesis on a study.", {
  SUPPORTED: "It holds at every rank that can be judged. For H3: r* is known exactly.",
  PARTIALLY_SUPPORTED: "It holds at some ranks only. For H3: a rank below r* may be acceptable too.",
  REJECTED: "It holds at no rank that can be judged.",
  INCONCLUSIVE: "The variation between seeds is too large, or weights are still being compared.",
  NOT_TESTED: "The study has no valid comparison to test it on.",
});
export type HypothesisVerdict = EnumValue<typeof HypothesisVerdict>;

export const Severity = defineEnum("Severity", "The severity of a confound or a failure mode.", {
  LOW: "Informational. Conclusions remain valid.",
  MEDIUM: "It may change a conclusion that is close to a threshold.",
  HIGH: "The affected conclusions are not reliable.",
});
export type Severity = EnumValue<typeof Severity>;

export const ConfoundKind = defineEnum("ConfoundKind", "Why a comparison is confounded or incomplete.", {
  INDEPENDENT_INITIALISATION: "The runs started from different A: mean cos(A1, A2) is below 0.5.",
  WEIGHTS_MISSING: "No layer could be compared, for example because the folder of a run has no weights.",
  WEIGHTS_PENDING: "Weights are still being compared.",
  LAYERS_LEFT_OUT: "Some layers are not finite, are unreadable, or their computation failed.",
  SINGLE_SEED: "The baseline or the candidate has a single run at a rank, so the variation between seeds is unknown.",
  UNEQUAL_STEPS: "The runs were trained for different numbers of optimizer steps.",
  UNEQUAL_SAMPLES: "The runs were trained on different numbers of examples.",
  UNEQUAL_LEARNING_RATE: "The maximum logged learning rates differ.",
  UNEQUAL_SCALING: "alpha / r (alpha / sqrt(r) with rsLoRA) or its patterns differ.",
  UNEQUAL_RANKS: "The two runs were trained at different ranks.",
  DIFFERENT_TARGETS: "The adapters target different modules, so a layer was trained alongside different modules.",
  DIFFERENT_BASE_MODEL: "The adapters name different base models, so they update different weights.",
  DIFFERENT_REVISION: "The adapters name different revisions of the base model.",
  DORA_DIRECTION_ONLY: "DoRA magnitudes need the base weights. Only B A is compared.",
  UNCOMPARED_TENSORS: "Biases or whole modules were trained too. They are not compared.",
  BASE_WEIGHTS_CHANGED: "PiSSA, OLoRA and similar initialisations subtract the initial B A from the base weights.",
  NOISE_FLOOR: "The similarity of two equal trainings is unknown, or does not exceed the threshold.",
  MIXED_CONFIGURATIONS: "Runs that are treated as seeds differ in more than their seed.",
  RANK_AND_STEP_SCALE: "alpha / r changes over the sweep, so rank and step size change together.",
  LOSSES_DISAGREE: "Training loss and evaluation loss lead to different conclusions.",
});
export type ConfoundKind = EnumValue<typeof ConfoundKind>;

export const FailureKind = defineEnum("FailureKind", "The kind of a failure mode of a study.", {
  INSUFFICIENT_RANK: "The degradation at some ranks is not below the threshold.",
  NON_MONOTONIC_RANK: "A rank fails although a smaller rank is acceptable.",
  WEIGHT_DIVERGENCE:
    "The mean cosine does not exceed its threshold, although the runs are not known to have started from different A.",
  INDEPENDENT_INITIALISATION: "The runs of a rank started from different A: mean cos(A1, A2) is below 0.5.",
  OVERFITTING: "The evaluation loss ends 1 % or more above its best value while the training loss falls.",
  LOSS_SPIKE:
    "A training loss is 1.5 times the median of its neighbours and 6 robust standard deviations above that median.",
  GRADIENT_SPIKE: "A gradient norm exceeds its neighbours by the limits of LOSS_SPIKE.",
  NON_FINITE: "Metrics, curves or weights contain NaN or infinite numbers.",
  RANK_COLLAPSE: "The effective rank is below r / 3, for r of 4 or more.",
  DEAD_LAYERS: "The norm of a layer is 0, or below 1 % of the median over the run's layers of the same module.",
  SLOW_DOWN: "The candidate reaches less than 0.9 of the baseline's speed.",
  LOW_MEMORY_SAVING: "The candidate saves less than 50 % of peak memory.",
  MISSING_WEIGHTS: "The folders of some runs contain no adapter weights.",
  INCOMPLETE_SWEEP: "Only the baseline or only the candidate has some of the ranks or seeds.",
  WEIGHTS_PENDING: "Weights are still being compared, so the result is not known yet.",
});
export type FailureKind = EnumValue<typeof FailureKind>;
