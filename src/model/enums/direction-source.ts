import { defineEnum, type EnumValue } from "./define-enum.js";

export const DirectionSource = defineEnum("DirectionSource", "Source of the better direction of a metric.", {
  REQUEST: "The argument of the request.",
  PERSON: "A person, for the study: updateStudy.",
  SETTINGS_FILE: "A person, for the study: rankscope.yaml.",
  EVALUATION: "The files of the evaluation: `higher_is_better`.",
  NAME: "The name of the metric: losses are better when lower, accuracies when higher.",
});
export type DirectionSource = EnumValue<typeof DirectionSource>;
