/** Arguments that several fields share, with their defaults: thresholds are arguments, never stored opinions. */

import { DEFAULT_RULE } from "../analysis/default-rule.js";
import { Scaling } from "../model/enums/similarity.js";

export const thresholdArg = {
  defaultValue: DEFAULT_RULE.thresholdPercent,
  description: "Acceptable is under this many percent.",
};

export const twoSidedArg = {
  defaultValue: DEFAULT_RULE.twoSided,
  description:
    "Judge the magnitude, as the notebook did: an improvement beyond the threshold is then unacceptable too.",
};

export const similarityThresholdArg = {
  defaultValue: DEFAULT_RULE.similarityThreshold,
  description: "Two updates count as the same above this mean cosine.",
};

export const scalingArg = {
  defaultValue: Scaling.ADAPTER,
  description: "Measure s B A as it is applied, or B A alone; cosines differ by no more than the sign of the scalings.",
};

/** Of fields that look at one rank of a study. */
export const rankArg = { description: "A rank r of which the study has a run; another is ARGUMENT_INVALID." };

export const slugArg = { description: "The study's name in URLs: `gpt2-medium-alpaca`." };

export const afterArg = {
  nullable: true,
  description: "The endCursor of the page before, of the same list in the same order; the first page without it.",
};

/** Of lists whose nodes have relations. */
export const pageSizeArg = {
  defaultValue: 50,
  description: "At most this many, up to 100 where the server sets no other limit.",
};

/** Of flat rows. */
export const rowCountArg = { defaultValue: 500, description: "At most this many, up to 5,000." };

export const waitSecondsArg = {
  nullable: true,
  description:
    "How many seconds after the request began to answer at the latest, 0 to 60; the server's setting where it is not given. What is not computed by then is null with the reason PENDING and its job.",
};
