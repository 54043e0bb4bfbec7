import { defineEnum, type EnumValue } from "./define-enum.js";

export const HypothesisVerdict = defineEnum("HypothesisVerdict", "The result of testing a hypothesis on a study.", {
  SUPPORTED: "It holds at every rank that can be judged. For H3: r* is known exactly.",
  PARTIALLY_SUPPORTED: "It holds at some ranks only. For H3: a rank below r* may be acceptable too.",
  REJECTED: "It holds at no rank that can be judged.",
  INCONCLUSIVE: "The variation between seeds is too large, or weights are still being compared.",
  NOT_TESTED: "The study has no valid comparison to test it on.",
});
export type HypothesisVerdict = EnumValue<typeof HypothesisVerdict>;

export const Severity = defineEnum("Severity", "The severity of a confound or a failure mode.", {
  LOW: "Informational. Conclusions remain valid.",
  MEDIUM: "It may change a conclusion that is close to a threshold.",
  HIGH: "The affected conclusions are not reliable.",
});
export type Severity = EnumValue<typeof Severity>;
