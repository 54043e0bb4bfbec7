import { defineEnum, type EnumValue } from "./define-enum.js";

export const BehaviourStatus = defineEnum("BehaviourStatus", "Whether a measurement of running models is there.", {
  READY: "The values are there.",
  PENDING: "A job computes the values. `job` is the job; `reason` says why it does not run yet, if that is known.",
  UNAVAILABLE: "There are no values, and no job computes them. `reason` says why and what to do.",
});
export type BehaviourStatus = EnumValue<typeof BehaviourStatus>;

export const ServedForm = defineEnum("ServedForm", "How an adapter reaches the model that is served.", {
  SEPARATE: "The update is added to the output of each linear layer, as in training.",
  MERGED: "Base and update are merged and rounded to the precision of the base's files.",
  MERGED_REQUANTIZED: "Merged, and then quantized as the base was. UNAVAILABLE for a base that is not quantized.",
});
export type ServedForm = EnumValue<typeof ServedForm>;

export const PromptTokens = defineEnum("PromptTokens", "Whether the tokens of prompts count in a token match.", {
  EXCLUDED: "Only the tokens that the models wrote count.",
  INCLUDED: "The prompt's tokens, which are always equal, count too, as in notebooks that compare whole outputs.",
});
export type PromptTokens = EnumValue<typeof PromptTokens>;
