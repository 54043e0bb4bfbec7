import { defineEnum, type EnumValue } from "./define-enum.js";

export const Certainty = defineEnum("Certainty", "How the value of a setting is known.", {
  STATED: "A file, or a person, states the value.",
  NAMED: "The value is read from a name: of the base model, the folder or the run.",
  ASSUMED: "No source gives the value. It is assumed by a documented rule.",
});
export type Certainty = EnumValue<typeof Certainty>;
