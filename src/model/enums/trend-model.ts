import { defineEnum, type EnumValue } from "./define-enum.js";

export const TrendModel = defineEnum("TrendModel", "The assumed relation between a quantity and the rank.", {
  LINEAR_IN_RANK: "a + b r: each additional rank adds the same amount.",
  LINEAR_IN_LOG2_RANK: "a + b log2 r: each doubling of the rank adds the same amount.",
});
export type TrendModel = EnumValue<typeof TrendModel>;
