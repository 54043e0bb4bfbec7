import { registerEnumType } from "type-graphql";
import {
  AcceptanceVerdict,
  ConfoundKind,
  FailureKind,
  FindingSeverity,
  HypothesisVerdict,
  IntervalChoice,
  IntervalMethod,
  JobStatus,
  LayerOrder,
  Method,
  MetricName,
  MetricPoint,
  RankBound,
  RuleSet,
  Scaling,
  Severity,
  SimilarityMeasure,
  TrendModel,
  UndefinedReason,
} from "../model/enums.js";
import { registerListEnums } from "./register-list-enums.js";
import { registerPlotEnums } from "./register-plot-enums.js";

/** Makes the enums known to type-graphql, with their names and descriptions in the schema. */
export function registerEnums(): void {
  registerListEnums();
  registerPlotEnums();
  registerEnumType(MetricName, {
    name: "MetricName",
    description: "A scalar of a run of which less is better, with its unit.",
    valuesConfig: {
      TRAINING_LOSS: { description: "Mean training loss, as the trainer recorded it: `training_loss`." },
      EVAL_LOSS: { description: "Loss on the evaluation set at the end: `eval_loss`." },
      PEAK_MEMORY_MB: { description: "The most memory that training took, MB: `peak_memory_mb`." },
      MEAN_MEMORY_MB: { description: "Memory that training took on average, MB: `mean_memory_mb`." },
      TIME_PER_STEP_SECONDS: { description: "Seconds per optimizer step: `time_per_step_seconds`." },
      TRAINING_TIME_SECONDS: { description: "The whole training, seconds: `training_time_seconds`." },
    },
  });
  registerEnumType(Scaling, {
    name: "Scaling",
    description: "Whether the adapter's scaling s counts in dW = s B A.",
    valuesConfig: {
      ADAPTER: { description: "As the adapter is applied: alpha / r, or alpha / sqrt(r) with rsLoRA." },
      NONE: { description: "B A alone, as the notebook compared." },
    },
  });
  registerEnumType(Method, {
    name: "Method",
    description: "How the adapter was trained; Q: over a quantized base.",
    valuesConfig: {
      LORA: { description: "dW = s B A over base weights of more than 8 bits." },
      QLORA: { description: "LoRA over base weights of 8 bits or fewer (arXiv 2305.14314)." },
      DORA: { description: "Magnitude and direction apart (arXiv 2402.09353), over base weights of more than 8 bits." },
      QDORA: { description: "DoRA over base weights of 8 bits or fewer." },
      UNKNOWN: { description: "Neither the configuration, the tables nor the run's name tells." },
    },
  });
  registerEnumType(AcceptanceVerdict, {
    name: "AcceptanceVerdict",
    description: "Whether a degradation is under its threshold.",
    valuesConfig: {
      ACCEPTABLE: { description: "Under it, with the whole interval where there is one." },
      UNACCEPTABLE: { description: "At it or above, with the whole interval where there is one." },
      INCONCLUSIVE: { description: "Undefined, or its confidence interval straddles the threshold." },
    },
  });
  registerEnumType(MetricPoint, {
    name: "MetricPoint",
    description: "Which value of a metric stands for a run.",
    valuesConfig: {
      RECORDED: { description: "The run's scalar, as its tables and trainer state give it at the end." },
      BEST: { description: "The best finite value of its curve." },
      LAST: { description: "The last finite value of its curve." },
      STEP: { description: "What its curve has at the very `step`; a run without a value there has none." },
    },
  });
  registerEnumType(RuleSet, {
    name: "RuleSet",
    description: "By whose rules a study is judged.",
    valuesConfig: {
      RANKSCOPE: { description: "All ranks and layers, seeds, noise floors, and only comparisons that are fair." },
      NOTEBOOK: {
        description:
          "Those of the notebook that this replaces: |percent| under the threshold, the least acceptable rank, B A unscaled at r = 8, the mean of the first, the middle and the last layer.",
      },
    },
  });
  registerEnumType(IntervalChoice, {
    name: "IntervalChoice",
    description: "How an interval is to be found.",
    valuesConfig: {
      T: { description: "Delta method with Student's t." },
      BOOTSTRAP_PERCENTILE: { description: "Percentiles of drawn samples." },
      BOOTSTRAP_BCA: { description: "Of drawn samples, bias-corrected and accelerated." },
    },
  });
  registerEnumType(IntervalMethod, {
    name: "IntervalMethod",
    description: "How an interval was found.",
    valuesConfig: {
      WELCH_T: { description: "Delta method of independent means, Welch's degrees of freedom." },
      PAIRED_T: { description: "Delta method over pairs of one seed, n - 1 degrees of freedom." },
      BOOTSTRAP_PERCENTILE: { description: "Percentiles of samples drawn from each side by itself." },
      BOOTSTRAP_BCA: { description: "Of samples drawn from each side by itself, bias-corrected and accelerated." },
      PAIRED_BOOTSTRAP_PERCENTILE: { description: "Percentiles of samples drawn from the pairs of one seed." },
      PAIRED_BOOTSTRAP_BCA: {
        description: "Of samples drawn from the pairs of one seed, bias-corrected and accelerated.",
      },
    },
  });
  registerEnumType(TrendModel, {
    name: "TrendModel",
    description: "How a quantity is taken to follow the rank.",
    valuesConfig: {
      LINEAR_IN_RANK: { description: "a + b r: equal steps of rank add equally much." },
      LINEAR_IN_LOG2_RANK: { description: "a + b log2 r: each doubling of the rank adds equally much." },
    },
  });
  registerEnumType(RankBound, {
    name: "RankBound",
    description: "How well the minimum viable rank is known.",
    valuesConfig: {
      AT_MOST: { description: "No tested rank below is known to fail: a smaller one may hold too." },
      EXACT: { description: "The tested rank below it fails." },
      NONE: { description: "No tested rank is known to hold up to the largest." },
    },
  });
  registerEnumType(UndefinedReason, {
    name: "UndefinedReason",
    description: "Why a value that weights yield is null.",
    valuesConfig: {
      WEIGHTS_MISSING: { description: "One or both runs have no weights of this layer in the folder." },
      SHAPES_DIFFER: { description: "The layer has different shapes in the two runs." },
      NOT_FINITE: { description: "A weight is NaN or infinite, or its square overflows." },
      ZERO_UPDATE: { description: "An update is zero (an untrained adapter has B = 0): it has no direction." },
      UNREADABLE: { description: "A weight file is gone or has changed since the import; see undefinedDetail." },
      COMPUTE_FAILED: { description: "Computing it failed; see undefinedDetail. Asking again tries again." },
      PENDING: {
        description: "It is being computed, by the job given: ask again when that has ended, or wait longer.",
      },
    },
  });
  registerEnumType(HypothesisVerdict, {
    name: "HypothesisVerdict",
    description: "What a study says of a hypothesis.",
    valuesConfig: {
      SUPPORTED: { description: "It holds at every rank that can be judged; for H3, r* is known exactly." },
      PARTIALLY_SUPPORTED: {
        description: "It holds at some ranks and not at others; for H3, a rank below r* may hold too.",
      },
      REJECTED: { description: "It holds at no rank that can be judged." },
      INCONCLUSIVE: { description: "Seeds differ too much to tell, or weights are still being compared." },
      NOT_TESTED: { description: "The study has no fair comparison to judge it by." },
    },
  });
  registerEnumType(Severity, {
    name: "Severity",
    description: "How much something matters.",
    valuesConfig: {
      LOW: { description: "Good to know; conclusions stand." },
      MEDIUM: { description: "It may change a conclusion that is close." },
      HIGH: { description: "Conclusions that it concerns should not be drawn." },
    },
  });
  registerEnumType(ConfoundKind, {
    name: "ConfoundKind",
    description: "What makes a comparison unfair, or leaves part of it out.",
    valuesConfig: {
      INDEPENDENT_INITIALISATION: { description: "The runs started from different A: mean cos(A1, A2) under 0.5." },
      WEIGHTS_MISSING: { description: "No layer could be compared, as of runs whose folder has no weights." },
      WEIGHTS_PENDING: { description: "Weights are still being compared." },
      SINGLE_SEED: { description: "A side has one run at a rank: what seeds do by themselves is not known." },
      UNEQUAL_STEPS: { description: "The runs were trained for different numbers of optimizer steps." },
      UNEQUAL_SAMPLES: { description: "The runs were trained on different numbers of examples." },
      UNEQUAL_SCALING: { description: "alpha / r (with rsLoRA alpha / sqrt(r)) or its patterns differ." },
      UNEQUAL_RANKS: { description: "The two runs were trained at different ranks." },
      DIFFERENT_TARGETS: { description: "The adapters are on different modules: the same layer had other help." },
      DIFFERENT_BASE_MODEL: {
        description: "The adapters name different base models: their updates are of different weights.",
      },
      DIFFERENT_REVISION: { description: "The adapters name different revisions of the base model." },
      LAYERS_LEFT_OUT: { description: "Some layers are not finite, not readable, or computing them failed." },
      UNEQUAL_LEARNING_RATE: { description: "The greatest learning rates that were logged differ." },
      DORA_DIRECTION_ONLY: { description: "DoRA's magnitudes need the base weights; only B A is compared." },
      BASE_WEIGHTS_CHANGED: {
        description: "PiSSA, OLoRA and their like begin from a B A that was taken out of the base weights.",
      },
      NOISE_FLOOR: { description: "How alike two equal trainings are is not known, or no more than the threshold." },
      MIXED_CONFIGURATIONS: { description: "Runs that are taken for seeds differ in more than their seed." },
      RANK_AND_STEP_SCALE: { description: "alpha / r changes over the sweep: rank and step size change together." },
      LOSSES_DISAGREE: { description: "Training and evaluation loss lead to different answers." },
      UNCOMPARED_TENSORS: { description: "Biases or whole modules were trained too; they are not compared." },
    },
  });
  registerEnumType(FailureKind, {
    name: "FailureKind",
    description: "What went wrong in a study.",
    valuesConfig: {
      INSUFFICIENT_RANK: { description: "Ranks whose degradation is not under the threshold." },
      NON_MONOTONIC_RANK: { description: "Ranks that fail although a smaller one holds." },
      WEIGHT_DIVERGENCE: {
        description: "A mean cosine not above its threshold although the runs did not start from different A.",
      },
      INDEPENDENT_INITIALISATION: {
        description: "The runs of a rank started from different A: mean cos(A1, A2) under 0.5.",
      },
      NON_FINITE: { description: "NaN or infinite numbers among metrics, curves or weights." },
      MISSING_WEIGHTS: { description: "Runs whose folder has no adapter weights." },
      OVERFITTING: {
        description: "The evaluation loss ends 1 % or more above its best while the training loss falls.",
      },
      LOSS_SPIKE: { description: "A training loss 1.5 times its neighbours' median and 6 robust deviations above it." },
      GRADIENT_SPIKE: { description: "The same of the gradient's norm." },
      RANK_COLLAPSE: { description: "An effective rank below a third of r, for r of 4 or more." },
      DEAD_LAYERS: { description: "A norm that is 0, or below 1 % of the median of the run's layers of this module." },
      SLOW_DOWN: { description: "Less than 0.9 of the baseline's speed." },
      LOW_MEMORY_SAVING: { description: "Less than 50 % of peak memory saved." },
      INCOMPLETE_SWEEP: { description: "Ranks or seeds that only one side has." },
      WEIGHTS_PENDING: { description: "Not known yet: weights are still being compared." },
    },
  });
  registerEnumType(JobStatus, {
    name: "JobStatus",
    description: "Where a job stands.",
    valuesConfig: {
      QUEUED: { description: "It waits for a worker." },
      RUNNING: { description: "It is being worked on: `done` of `total` pieces." },
      SUCCEEDED: { description: "All of it is stored." },
      FAILED: { description: "It ended without its result; `message` says why." },
      CANCELLED: {
        description: "It was given up before its end, as when nobody waited for it any more; `message` says why.",
      },
    },
  });
  registerEnumType(LayerOrder, {
    name: "LayerOrder",
    description: "In which order layers are given; those without the value come last, ties in model order.",
    valuesConfig: {
      COSINE_ASC: { description: "By cosine similarity, the least alike first." },
      COSINE_DESC: { description: "By cosine similarity, the most alike first." },
      L2_DESC: { description: "By |dW1 - dW2|, the farthest apart first." },
      RELATIVE_DIFFERENCE_DESC: { description: "By |dW1 - dW2| / |dW1|, the greatest first." },
      MODEL_ORDER: { description: "By block number, those without one first; then by module and name." },
    },
  });
  registerEnumType(SimilarityMeasure, {
    name: "SimilarityMeasure",
    description: "What a similarity matrix holds.",
    valuesConfig: {
      COSINE: { description: "<dW1, dW2> / (|dW1| |dW2|), from -1 to 1." },
      L2: { description: "|dW1 - dW2|, Frobenius norm." },
      RELATIVE_DIFFERENCE: { description: "|dW1 - dW2| / |dW1|, with 1 the row's run: not symmetric." },
      INITIAL_COSINE: { description: "cos(A1, A2): near 1 where both runs started from the same A." },
    },
  });
  registerEnumType(FindingSeverity, {
    name: "FindingSeverity",
    description: "How much a finding of an import matters.",
    valuesConfig: {
      INFO: { description: "Something left aside as it should be, such as files of another kind." },
      WARNING: { description: "Something that may be a mistake; what was done about it is said." },
      ERROR: { description: "One file could not be used; the rest was imported." },
    },
  });
}
