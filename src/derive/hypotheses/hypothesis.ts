import type { HypothesisVerdict } from "../../model/enums/diagnosis.js";
import type { ConclusionBasis } from "../confounds/confound-rule.js";
import type { Evidence, HypothesisRule, StudyEvidence } from "../study-evidence.js";

/** The result of testing a hypothesis on a study. */
export interface Judgement {
  readonly verdict: HypothesisVerdict;
  /** The reason, in one or more sentences. */
  readonly because: string;
  readonly evidence: readonly Evidence[];
}

/** A verdict with its reason. */
export type ReasonedVerdict = Omit<Judgement, "evidence">;

/** A hypothesis and how it is tested. Add one to the list in judge-hypotheses.ts. */
export interface HypothesisDefinition {
  readonly id: string;
  /** Source of its evidence. It decides which confounds are listed with it. */
  readonly basis: ConclusionBasis;
  /** Returns the hypothesis as a sentence. */
  statement(rule: HypothesisRule): string;
  judge(study: StudyEvidence, rule: HypothesisRule): Judgement;
  /** Judges by the rules of the notebook that Rankscope replaces. */
  judgeByNotebook(study: StudyEvidence, rule: HypothesisRule): Judgement;
}
