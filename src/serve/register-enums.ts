import { registerEnumType } from "type-graphql";
import {
  AcceptanceVerdict,
  ConfoundKind,
  FailureKind,
  FindingSeverity,
  HypothesisVerdict,
  JobStatus,
  LayerOrder,
  Method,
  MetricName,
  RankBound,
  Scaling,
  Severity,
  SimilarityMeasure,
  UndefinedReason,
} from "./types/enums.js";
import { registerListEnums } from "./types/list-enums.js";

/** Makes the enums known to type-graphql, with their names and descriptions in the schema. */
export function registerEnums(): void {
  registerListEnums();
  registerEnumType(MetricName, {
    name: "MetricName",
    description: "A scalar of a run of which less is better, with its unit.",
  });
  registerEnumType(Scaling, {
    name: "Scaling",
    description: "Whether the adapter's scaling s counts in dW = s B A.",
    valuesConfig: {
      ADAPTER: { description: "As the adapter is applied: alpha / r, or alpha / sqrt(r) with rsLoRA." },
      NONE: { description: "B A alone, as the notebook compared." },
    },
  });
  registerEnumType(Method, { name: "Method", description: "How the adapter was trained; Q: over a quantized base." });
  registerEnumType(AcceptanceVerdict, {
    name: "AcceptanceVerdict",
    description: "Whether a degradation is under its threshold.",
    valuesConfig: { INCONCLUSIVE: { description: "Undefined, or its confidence interval straddles the threshold." } },
  });
  registerEnumType(RankBound, {
    name: "RankBound",
    description: "How well the minimum viable rank is known.",
    valuesConfig: {
      AT_MOST: { description: "It is the least tested rank: a smaller one may hold too." },
      EXACT: { description: "A tested rank below it fails." },
      NONE: { description: "No tested rank holds up to the largest." },
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
  registerEnumType(HypothesisVerdict, { name: "HypothesisVerdict", description: "What a study says of a hypothesis." });
  registerEnumType(Severity, { name: "Severity", description: "How much something matters." });
  registerEnumType(ConfoundKind, {
    name: "ConfoundKind",
    description: "What makes a comparison unfair, or leaves part of it out.",
    valuesConfig: {
      INDEPENDENT_INITIALISATION: { description: "The runs started from different A: mean cos(A1, A2) under 0.5." },
      WEIGHTS_PENDING: { description: "Weights are still being compared." },
      UNEQUAL_LEARNING_RATE: { description: "The greatest learning rates that were logged differ." },
      DORA_DIRECTION_ONLY: { description: "DoRA's magnitudes need the base weights; only B A is compared." },
      UNCOMPARED_TENSORS: { description: "Biases or whole modules were trained too; they are not compared." },
    },
  });
  registerEnumType(FailureKind, {
    name: "FailureKind",
    description: "What went wrong in a study.",
    valuesConfig: { WEIGHTS_PENDING: { description: "Not known yet: weights are still being compared." } },
  });
  registerEnumType(JobStatus, { name: "JobStatus", description: "Where a job stands." });
  registerEnumType(LayerOrder, {
    name: "LayerOrder",
    description: "In which order layers are given; those without the value come last, ties in model order.",
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
    valuesConfig: { ERROR: { description: "One file could not be used; the rest was imported." } },
  });
}
