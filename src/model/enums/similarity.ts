import { defineEnum, type EnumValue } from "./define-enum.js";

export const Scaling = defineEnum("Scaling", "Whether the adapter's scaling s is applied in dW = s B A.", {
  ADAPTER: "The scaling of the adapter is applied: alpha / r, or alpha / sqrt(r) with rsLoRA.",
  NONE: "B A without scaling, as in the notebook.",
});
export type Scaling = EnumValue<typeof Scaling>;

export const SimilarityMeasure = defineEnum("SimilarityMeasure", "The value in each cell of a similarity matrix.", {
  COSINE: "Cosine similarity <dW1, dW2> / (|dW1| |dW2|), from -1 to 1.",
  L2: "Distance |dW1 - dW2|, Frobenius norm.",
  RELATIVE_DIFFERENCE: "|dW1 - dW2| / |dW1|, where 1 is the run of the row. Not symmetric.",
  INITIAL_COSINE: "cos(A1, A2): near 1 if both runs started from the same A.",
});
export type SimilarityMeasure = EnumValue<typeof SimilarityMeasure>;

export const LayerOrder = defineEnum(
  "LayerOrder",
  "The order of layers. Layers without the value come last; ties are in model order.",
  {
    COSINE_ASC: "By cosine similarity, lowest first.",
    COSINE_DESC: "By cosine similarity, highest first.",
    L2_DESC: "By |dW1 - dW2|, largest first.",
    RELATIVE_DIFFERENCE_DESC: "By |dW1 - dW2| / |dW1|, largest first.",
    MODEL_ORDER: "By block number, then by module and name. Layers without a block number come first.",
  },
);
export type LayerOrder = EnumValue<typeof LayerOrder>;

export const UndefinedReason = defineEnum("UndefinedReason", "Why a value that is computed from weights is null.", {
  WEIGHTS_MISSING: "The folder has no weights of this layer for one or both runs.",
  SHAPES_DIFFER: "The layer has different shapes in the two runs.",
  NOT_FINITE: "A weight is NaN or infinite, or its square overflows.",
  ZERO_UPDATE: "An update is zero (an untrained adapter has B = 0), so it has no direction.",
  UNREADABLE: "A weight file is missing or has changed since the import. See undefinedDetail.",
  COMPUTE_FAILED: "The computation failed. See undefinedDetail. The next request tries again.",
  PENDING:
    "The given job is still computing it. Repeat the request after the job ends, or use a longer waitSeconds. See undefinedDetail if no worker is running.",
});
export type UndefinedReason = EnumValue<typeof UndefinedReason>;
