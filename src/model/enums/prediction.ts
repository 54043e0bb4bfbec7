import { defineEnum, type EnumValue } from "./define-enum.js";

export const ItemIdentity = defineEnum("ItemIdentity", "How the items of two files of predictions are matched.", {
  ID: "By the id that the file gives to each item.",
  DOCUMENT: "By number and content of the document (`doc_id` and `doc_hash` of lm-evaluation-harness).",
  POSITION:
    "By the position in the file, because items have no id. It is assumed that both runs answered the same items in the same order.",
});
export type ItemIdentity = EnumValue<typeof ItemIdentity>;

export const FlipDirection = defineEnum("FlipDirection", "How the correctness of an answer changed.", {
  RIGHT_TO_WRONG: "The baseline is right and the candidate is wrong.",
  WRONG_TO_RIGHT: "The baseline is wrong and the candidate is right.",
});
export type FlipDirection = EnumValue<typeof FlipDirection>;

export const PairedIntervalMethod = defineEnum(
  "PairedIntervalMethod",
  "The method of a confidence interval over items that both runs answered.",
  {
    T: "Student's t of the differences, n - 1 degrees of freedom.",
    BOOTSTRAP_PERCENTILE: "Bootstrap percentiles; items are resampled. Needs 8 items; T is used with fewer.",
    BOOTSTRAP_BCA: "BCa bootstrap; items are resampled. Needs 8 items; T is used with fewer.",
  },
);
export type PairedIntervalMethod = EnumValue<typeof PairedIntervalMethod>;
