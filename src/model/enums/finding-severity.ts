import { defineMappedEnum, type EnumValue } from "./define-enum.js";

export const FindingSeverity = defineMappedEnum("FindingSeverity", "The severity of an import finding.", {
  INFO: { value: "info", description: "Something was skipped as intended, for example a file of another kind." },
  WARNING: { value: "warning", description: "Possibly a mistake. The message says how the import handled it." },
  ERROR: { value: "error", description: "One file could not be used. The rest was imported." },
});
export type FindingSeverity = EnumValue<typeof FindingSeverity>;
