import { comparableRanks } from "../similarity/comparable-ranks.js";
import type { Hypothesis } from "./hypothesis.js";
import { metricConfounds } from "../confounds/metric-confounds.js";
import { minimumRank } from "./minimum-rank.js";
import { noiseFloorConfounds } from "../similarity/noise-floor.js";
import { notebookJudgements } from "./notebook-judgements.js";
import { sameUpdate } from "./same-update.js";
import { sensitiveLayers } from "./sensitive-layers.js";
import { settingsConfounds } from "../confounds/settings-confounds.js";
import { similarityConfounds } from "../confounds/similarity-confounds.js";
import type { HypothesisRule, RuleSet, StudyEvidence } from "../study-evidence.js";

/** Judges the three hypotheses by a set of rules; what makes a comparison unfair is listed whatever the rules. */
export function judgeHypotheses(
  study: StudyEvidence,
  rule: HypothesisRule,
  rules: RuleSet = "RANKSCOPE",
): Hypothesis[] {
  const { metric, thresholdPercent, similarityThreshold, sensitivitySpread } = rule;
  const { runs, roles, settings, similarities, noiseFloors } = study;
  const ofWeights = [
    ...similarityConfounds(similarities),
    ...settingsConfounds(runs, roles, settings, { weights: true }),
    ...noiseFloorConfounds(
      noiseFloors,
      similarityThreshold,
      comparableRanks(similarities).map(({ rank }) => rank),
    ),
  ];
  const ofMetrics = [
    ...metricConfounds(runs, roles, settings, rule),
    ...settingsConfounds(runs, roles, settings, { weights: false }),
  ];
  const [first, second, third] =
    rules === "NOTEBOOK"
      ? notebookJudgements(study, rule)
      : ([sameUpdate(study, rule), sensitiveLayers(study, rule), minimumRank(study)] as const);
  return [
    {
      id: "H1",
      statement: `The baseline's and the candidate's adapters are the same update: mean cosine similarity above ${similarityThreshold}.`,
      ...first,
      confounds: ofWeights,
    },
    {
      id: "H2",
      statement: `Some layers are more sensitive to quantization than others: their cosines span ${sensitivitySpread} or more.`,
      ...second,
      confounds: ofWeights,
    },
    {
      id: "H3",
      statement: `There is a minimum rank from which ${metric} degrades by less than ${thresholdPercent} %.`,
      ...third,
      confounds: ofMetrics,
    },
  ];
}
