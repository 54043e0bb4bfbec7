import type { Confound } from "../confounds/confound.js";
import type { Evidence } from "../study-evidence.js";

export type HypothesisVerdict = "SUPPORTED" | "PARTIALLY_SUPPORTED" | "REJECTED" | "INCONCLUSIVE" | "NOT_TESTED";

/** One of a study's three hypotheses, judged by its own facts. */
export interface Hypothesis {
  readonly id: "H1" | "H2" | "H3";
  readonly statement: string;
  readonly verdict: HypothesisVerdict;
  readonly because: string;
  readonly evidence: readonly Evidence[];
  readonly confounds: readonly Confound[];
}

/** A verdict with what it rests on, without its place among the others. */
export type Judgement = Omit<Hypothesis, "id" | "statement" | "confounds">;
