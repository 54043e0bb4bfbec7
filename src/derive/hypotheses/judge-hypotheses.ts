import type { RuleSet } from "../../model/enums/verdict.js";
import type { ConclusionBasis } from "../confounds/confound-rule.js";
import { studyConfounds, type Confound } from "../confounds/confounds.js";
import { runSteps, type Steps } from "../steps.js";
import type { HypothesisRule, StudyEvidence } from "../study-evidence.js";
import type { Judgement } from "./hypothesis.js";
import { minimumRank } from "./minimum-rank.js";
import { sameUpdate } from "./same-update.js";
import { sensitiveLayers } from "./sensitive-layers.js";

/** The hypotheses that every study is judged by, in order. */
const HYPOTHESES = [sameUpdate, sensitiveLayers, minimumRank] as const;

/** A hypothesis with its verdict on a study. */
export interface Hypothesis extends Judgement {
  readonly id: (typeof HYPOTHESES)[number]["id"];
  /** Source of its evidence. */
  readonly basis: ConclusionBasis;
  readonly statement: string;
  readonly confounds: readonly Confound[];
}

/** Judges every hypothesis by a rule set. Confounds are listed with either rule set. */
export function judgeHypotheses(
  study: StudyEvidence,
  rule: HypothesisRule,
  rules: RuleSet = "RANKSCOPE",
): Hypothesis[] {
  return runSteps(hypothesisSteps(study, rule, rules));
}

/** Judges the hypotheses in steps, one for each hypothesis and each rule of a confound. */
export function* hypothesisSteps(study: StudyEvidence, rule: HypothesisRule, rules: RuleSet): Steps<Hypothesis[]> {
  const judged: Hypothesis[] = [];
  for (const hypothesis of HYPOTHESES) {
    const confounds = yield* studyConfounds(study, rule, hypothesis.basis);
    yield study.runs.length;
    const judgement = rules === "NOTEBOOK" ? hypothesis.judgeByNotebook(study, rule) : hypothesis.judge(study, rule);
    const { id, basis } = hypothesis;
    judged.push({ id, basis, statement: hypothesis.statement(rule), ...judgement, confounds });
  }
  return judged;
}
