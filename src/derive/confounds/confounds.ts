import { defineEnumOfRules, type EnumValue } from "../../model/enums/define-enum.js";
import { groupRuns } from "../runs/comparison-roles.js";
import type { RunSettings } from "../runs/run-settings.js";
import type { SimilaritySummary } from "../similarity/similarity-summary.js";
import { isSteps, type Steps } from "../steps.js";
import type { HypothesisRule, StudyEvidence } from "../study-evidence.js";
import { baseWeightsChanged } from "./base-weights-changed.js";
import type { ConclusionBasis, ConfoundRule, PairFinding, StudyFinding } from "./confound-rule.js";
import { divergedRuns } from "./diverged-runs.js";
import { doraDirectionOnly } from "./dora-direction-only.js";
import { identicalWeights } from "./identical-weights.js";
import { independentInitialisation } from "./independent-initialisation.js";
import { layersLeftOut } from "./layers-left-out.js";
import { lossesDisagree } from "./losses-disagree.js";
import { mixedConfigurations } from "./mixed-configurations.js";
import { mixedData } from "./mixed-data.js";
import { noiseFloor } from "./noise-floor.js";
import { pseudoReplicates } from "./pseudo-replicates.js";
import { rankAndStepScale } from "./rank-and-step-scale.js";
import { singleSeed } from "./single-seed.js";
import { trainedRuns, trainingFinding } from "./training-findings.js";
import { trainingLossOnly } from "./training-loss-only.js";
import { uncomparedTensors } from "./uncompared-tensors.js";
import { unequalEvaluation } from "./unequal-evaluation.js";
import {
  differentBaseModel,
  differentDataset,
  differentRevision,
  differentTargets,
  differentTask,
  unequalLearningRate,
  unequalRanks,
  unequalSamples,
  unequalScaling,
  unequalSteps,
} from "./unequal-settings.js";
import { weightsMissing } from "./weights-missing.js";
import { weightsPending } from "./weights-pending.js";

/** Every confound, in the order in which they are listed. */
const CONFOUND_RULES = [
  independentInitialisation,
  weightsPending,
  layersLeftOut,
  weightsMissing,
  identicalWeights,
  divergedRuns,
  pseudoReplicates,
  singleSeed,
  mixedConfigurations,
  mixedData,
  rankAndStepScale,
  trainingLossOnly,
  lossesDisagree,
  differentBaseModel,
  differentRevision,
  differentTask,
  differentDataset,
  unequalSteps,
  unequalSamples,
  unequalEvaluation,
  unequalLearningRate,
  unequalRanks,
  unequalScaling,
  differentTargets,
  doraDirectionOnly,
  baseWeightsChanged,
  uncomparedTensors,
  noiseFloor,
] as const satisfies readonly ConfoundRule[];

type Kind = (typeof CONFOUND_RULES)[number]["kind"];

export const ConfoundKind = defineEnumOfRules(
  "ConfoundKind",
  "Why a comparison is confounded or incomplete.",
  CONFOUND_RULES,
);
export type ConfoundKind = EnumValue<typeof ConfoundKind>;

/** Why a comparison is confounded or incomplete. */
export interface Confound extends StudyFinding {
  readonly kind: ConfoundKind;
}

/** Returns the confounds of a comparison of two runs. */
export function pairConfounds(baseline: RunSettings, candidate: RunSettings, summary: SimilaritySummary): Confound[] {
  const known = [baseline.rank, candidate.rank].filter((rank) => rank !== null);
  const ranks = [...new Set(known)].sort((left, right) => left - right);
  return rules().flatMap((rule) => {
    const finding = rule.inComparison?.(summary) ?? rule.inRuns?.([baseline, candidate]) ?? differenceOf(rule);
    return finding === undefined ? [] : [{ kind: rule.kind, ...finding, ranks }];
  });
  function differenceOf(rule: ConfoundRule): PairFinding | undefined {
    const found = rule.betweenRuns?.(baseline, candidate);
    return found && { severity: found.severity, message: `${found.difference}: ${found.values}.` };
  }
}

/** Returns the confounds of a study that affect conclusions from `basis`, in steps of at most one rule. */
export function* studyConfounds(
  study: StudyEvidence,
  hypothesisRule: HypothesisRule,
  basis: ConclusionBasis,
): Steps<Confound[]> {
  yield* groupRuns(study.runs, study.roles);
  const trained = yield* trainedRuns(study);
  const confounds: Confound[] = [];
  for (const rule of rules()) {
    if (!rule.affects.includes(basis)) continue;
    yield study.runs.length;
    const judged = rule.inStudy?.(study, hypothesisRule);
    const finding = (isSteps(judged) ? yield* judged : judged) ?? trainingFinding(trained, rule);
    if (finding !== undefined) confounds.push({ kind: rule.kind, ...finding });
  }
  return confounds;
}

/** Returns the rules with their optional functions, which the list of constants hides. */
function rules(): readonly (ConfoundRule & { readonly kind: Kind })[] {
  return CONFOUND_RULES;
}
