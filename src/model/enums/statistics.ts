import { defineEnum, type EnumValue } from "./define-enum.js";

export const IntervalChoice = defineEnum("IntervalChoice", "The requested method for a confidence interval.", {
  T: "Delta method with Student's t distribution.",
  POOLED_T:
    "Student's t with one relative standard deviation for all ranks and both configurations. Assumes that seeds vary equally, relative to the mean, everywhere; gives intervals also to ranks with a single run.",
  BOOTSTRAP_PERCENTILE: "Bootstrap with percentiles. Needs 8 runs each; T is used with fewer.",
  BOOTSTRAP_BCA: "Bootstrap, bias-corrected and accelerated (BCa). Needs 8 runs each; T is used with fewer.",
});
export type IntervalChoice = EnumValue<typeof IntervalChoice>;

export const IntervalMethod = defineEnum("IntervalMethod", "The method that computed a confidence interval.", {
  WELCH_T: "Delta method for independent means with Welch's degrees of freedom.",
  POOLED_T: "Delta method with the relative standard deviation pooled over all ranks and both configurations.",
  PAIRED_T: "Delta method for pairs of runs with equal seeds, n - 1 degrees of freedom.",
  BOOTSTRAP_PERCENTILE: "Bootstrap percentiles; baseline and candidate are resampled independently.",
  BOOTSTRAP_BCA: "BCa bootstrap; baseline and candidate are resampled independently.",
  PAIRED_BOOTSTRAP_PERCENTILE: "Bootstrap percentiles; pairs of runs with equal seeds are resampled.",
  PAIRED_BOOTSTRAP_BCA: "BCa bootstrap; pairs of runs with equal seeds are resampled.",
});
export type IntervalMethod = EnumValue<typeof IntervalMethod>;

export const VerdictCertainty = defineEnum(
  "VerdictCertainty",
  "Whether a verdict takes the variation between runs into account.",
  {
    POINT_ESTIMATE:
      "Single values without an interval. Another seed may change the verdict. It does not outrank verdicts with intervals.",
    INTERVAL: "A confidence interval over independent runs.",
  },
);
export type VerdictCertainty = EnumValue<typeof VerdictCertainty>;

export const TrendModel = defineEnum("TrendModel", "The assumed relation between a quantity and the rank.", {
  LINEAR_IN_RANK: "a + b r: each additional rank adds the same amount.",
  LINEAR_IN_LOG2_RANK: "a + b log2 r: each doubling of the rank adds the same amount.",
});
export type TrendModel = EnumValue<typeof TrendModel>;
