import type { RuleSet } from "../../model/enums/verdict.js";
import type { ConclusionBasis } from "../confounds/confound-rule.js";
import { studyConfounds, type Confound } from "../confounds/confounds.js";
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
  return HYPOTHESES.map((hypothesis) => {
    const judgement = rules === "NOTEBOOK" ? hypothesis.judgeByNotebook(study, rule) : hypothesis.judge(study, rule);
    return {
      id: hypothesis.id,
      basis: hypothesis.basis,
      statement: hypothesis.statement(rule),
      ...judgement,
      confounds: studyConfounds(study, rule, hypothesis.basis),
    };
  });
}
