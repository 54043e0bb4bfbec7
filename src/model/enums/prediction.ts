import { defineEnum, type EnumValue } from "./define-enum.js";

export const ItemIdentity = defineEnum("ItemIdentity", "How the items of two files of predictions are matched.", {
  ID: "Items are matched by the id that the file gives to each.",
  DOCUMENT:
    "Items are matched by number and content of their document (`doc_id` and `doc_hash` of lm-evaluation-harness).",
  POSITION:
    "Items are matched by their position in the file, because they have no id. It is assumed that both runs answered the same items in the same order.",
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
