import { registerEnumType } from "type-graphql";
import {
  AcceptanceVerdict,
  ConfoundKind,
  FailureKind,
  FindingSeverity,
  HypothesisVerdict,
  JobStatus,
  Method,
  MetricName,
  RankBound,
  Scaling,
  Severity,
  UndefinedReason,
} from "./types/enums.js";

/** Makes the enums known to type-graphql, with their names and descriptions in the schema. */
export function registerEnums(): void {
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
    description: "Why a similarity is null.",
    valuesConfig: {
      WEIGHTS_MISSING: { description: "One or both runs have no weights of this layer in the folder." },
      SHAPES_DIFFER: { description: "The layer has different shapes in the two runs." },
      NOT_FINITE: { description: "A weight is NaN or infinite, or its square overflows." },
      ZERO_UPDATE: { description: "An update is zero (an untrained adapter has B = 0): it has no direction." },
      UNREADABLE: { description: "A weight file is gone or has changed since the import; see undefinedDetail." },
    },
  });
  registerEnumType(HypothesisVerdict, { name: "HypothesisVerdict", description: "What a study says of a hypothesis." });
  registerEnumType(Severity, { name: "Severity", description: "How much something matters." });
  registerEnumType(ConfoundKind, { name: "ConfoundKind", description: "What makes a comparison unfair." });
  registerEnumType(FailureKind, { name: "FailureKind", description: "What went wrong in a study." });
  registerEnumType(JobStatus, { name: "JobStatus", description: "Where a job stands." });
  registerEnumType(FindingSeverity, {
    name: "FindingSeverity",
    description: "How much a finding of an import matters.",
    valuesConfig: { ERROR: { description: "One file could not be used; the rest was imported." } },
  });
}
