import { compareSeverity, type RuleSet } from "../../model/enums/verdict.js";
import { defineEnumOfRules, type EnumValue } from "../../model/enums/define-enum.js";
import { groupRuns } from "../runs/comparison-roles.js";
import { isSteps, runSteps, type Steps } from "../steps.js";
import type { HypothesisRule } from "../study-evidence.js";
import { deadLayers } from "./dead-layers.js";
import type { DetectedFailure, FailureEvidence, FailureModeRule } from "./failure-mode-rule.js";
import { incompleteSweep } from "./incomplete-sweep.js";
import { independentInitialisation } from "./independent-initialisation.js";
import { insufficientRank } from "./insufficient-rank.js";
import { lowMemorySaving } from "./low-memory-saving.js";
import { missingWeights } from "./missing-weights.js";
import { nonFinite } from "./non-finite.js";
import { nonMonotonicRank } from "./non-monotonic-rank.js";
import { overfitting } from "./overfitting.js";
import { rankCollapse } from "./rank-collapse.js";
import { slowDown } from "./slow-down.js";
import { gradientSpike, lossSpike } from "./spikes.js";
import { weightDivergence } from "./weight-divergence.js";
import { weightsPending } from "./weights-pending.js";

/** Every failure mode, in the order in which equally severe ones are listed. */
const FAILURE_MODE_RULES = [
  nonFinite,
  insufficientRank,
  nonMonotonicRank,
  weightDivergence,
  independentInitialisation,
  overfitting,
  lossSpike,
  gradientSpike,
  deadLayers,
  rankCollapse,
  slowDown,
  lowMemorySaving,
  incompleteSweep,
  missingWeights,
  weightsPending,
] as const satisfies readonly FailureModeRule[];

type Kind = (typeof FAILURE_MODE_RULES)[number]["kind"];

export const FailureKind = defineEnumOfRules(
  "FailureKind",
  "The kind of a failure mode of a study.",
  FAILURE_MODE_RULES,
);
export type FailureKind = EnumValue<typeof FailureKind>;

/** A problem of a study, with symptom, cause and mitigation. */
export interface FailureMode extends DetectedFailure {
  readonly kind: FailureKind;
}

/** Returns the failure modes of a study by a rule set, the most severe first. */
export function detectFailureModes(
  study: FailureEvidence,
  rule: HypothesisRule,
  ruleSet: RuleSet = "RANKSCOPE",
): FailureMode[] {
  return runSteps(failureModeSteps(study, rule, ruleSet));
}

/** Detects the failure modes in steps, one for each rule. */
export function* failureModeSteps(
  study: FailureEvidence,
  rule: HypothesisRule,
  ruleSet: RuleSet,
): Steps<FailureMode[]> {
  yield* groupRuns(study.runs, study.roles);
  const rules: readonly (FailureModeRule & { readonly kind: Kind })[] = FAILURE_MODE_RULES;
  const modes: FailureMode[] = [];
  for (const failureMode of rules) {
    yield study.runs.length;
    const result =
      ruleSet === "NOTEBOOK" ? failureMode.detectByNotebook?.(study, rule) : failureMode.detect(study, rule);
    const detected = isSteps(result) ? yield* result : result;
    if (detected !== undefined) modes.push({ kind: failureMode.kind, ...detected });
  }
  return modes.sort(compareSeverity);
}
