/** Options of arguments that several fields share. Thresholds are arguments, because stored facts contain no judgement. */

import { DEFAULT_RULE } from "../analysis/judgement/judgement-options.js";
import { Scaling } from "../model/enums/similarity.js";

export const thresholdArg = {
  defaultValue: DEFAULT_RULE.thresholdPercent,
  description: "A degradation below this many percent is acceptable.",
};

export const twoSidedArg = {
  defaultValue: DEFAULT_RULE.twoSided,
  description:
    "Judge the magnitude of the change, as the notebook did: an improvement beyond the threshold is then unacceptable too.",
};

export const similarityThresholdArg = {
  defaultValue: DEFAULT_RULE.similarityThreshold,
  description: "Two updates count as the same if their mean cosine similarity is above this value.",
};

export const scalingArg = {
  defaultValue: Scaling.ADAPTER,
  description:
    "Whether to apply the scaling s: compare s B A or B A. It does not change cosines, except for the sign of the scalings.",
};

/** The rank argument of fields that report one rank of a study. */
export const rankArg = {
  description: "A rank r that the study has a run of. Any other rank is an error (ARGUMENT_INVALID).",
};

export const slugArg = { description: "Unique name of the study in URLs and queries: `gpt2-medium-alpaca`." };

export const afterArg = {
  nullable: true,
  description: "The endCursor of the previous page of the same list in the same order; by default the first page.",
};

/** The page size of lists of nodes, which have relations. */
export const pageSizeArg = {
  defaultValue: 50,
  description: "Maximum number of nodes, up to 100 unless the server sets another limit.",
};

/** The page size of lists of flat rows. */
export const rowCountArg = {
  defaultValue: 500,
  description: "Maximum number of rows, up to 5,000 unless the server sets another limit.",
};

export const studyFilterArg = {
  nullable: true,
  description: "Conditions that the studies must meet; by default all studies are included.",
};

export const includeArchivedArg = {
  defaultValue: false,
  description:
    "Whether to include archived studies. Otherwise they are left out, unless the filter names their slugs, and `archivedCount` counts them.",
};

export const experimentFilterArg = {
  nullable: true,
  description: "Conditions that the runs must meet; by default all runs are included.",
};

export const waitSecondsArg = {
  nullable: true,
  description:
    "Maximum wait in seconds, from the start of the request, 0 to 60; by default the server's setting. Values that are not computed by then are null with the reason PENDING and their job.",
};

export const evaluationSetArg = {
  nullable: true,
  description:
    "Name of the evaluation set whose measurements count; by default the set with the most of them. Nothing is measured here: request quantizationSensitivity or Rank.behaviour.",
};
