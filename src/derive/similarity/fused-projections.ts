import type { SubspaceShape } from "../spectra/subspace-similarity.js";

/** One sub-module of a fused projection, as rows of B. */
export interface FusedPart {
  readonly name: "q" | "k" | "v";
  /** First row. */
  readonly from: number;
  /** Row after the last one. */
  readonly to: number;
}

export interface FusedLayer extends SubspaceShape {
  /** `transformer.h.12.attn.c_attn` */
  readonly name: string;
  /** `base_model_name_or_path`. Null if unknown. */
  readonly baseModel: string | null;
}

/** The parts of a layer, or why they are unknown. */
export type FusedParts = { readonly parts: readonly FusedPart[] } | { readonly reason: string };

/** Ends of the paths of modules whose rows are all of q, then k, then v if out = 3 in. */
const CONTIGUOUS: readonly string[] = [
  "self_attn.qkv_proj", // Phi-3
  "self_attn.W_pack", // Baichuan
  "attn.Wqkv", // MPT, ModernBERT
  "attn.qkv", // timm's vision transformers
];

/** GPT-NeoX, Falcon and BLOOM order q, k and v within each head or group of heads. */
const INTERLEAVED = "query_key_value";

const GPT2 = "attn.c_attn";

const PART_NAMES = ["q", "k", "v"] as const;

/**
 * Returns the rows of B that make q, k and v, if the layout is known from the path and the shape of the module. The layouts
 * are those of the models' own code. With grouped or multi-query heads (out < 3 in) the shape does not determine the sizes,
 * so nothing is sliced.
 */
export function fusedParts(layer: FusedLayer): FusedParts {
  const { name, inFeatures, outFeatures } = layer;
  if (hasPath(name, INTERLEAVED)) {
    return { reason: `${INTERLEAVED} interleaves q, k and v by heads, so its rows are not sliced.` };
  }
  const known = [GPT2, ...CONTIGUOUS].find((path) => hasPath(name, path));
  if (known === undefined) return { reason: "The layer is not a fused projection with a known layout." };
  if (outFeatures !== 3 * inFeatures) {
    return {
      reason:
        `${known} has ${outFeatures} outputs for ${inFeatures} inputs, which are not three equal parts, ` +
        "so its layout is unknown.",
    };
  }
  if (known === GPT2 && !isContiguousGpt2(layer)) {
    return {
      reason:
        `${GPT2} is contiguous in GPT-2 (stored in x out) and Qwen, but interleaved by heads in GPT-BigCode. ` +
        "The base model does not tell which layout this is.",
    };
  }
  const parts = PART_NAMES.map((part, i) => ({
    name: part,
    from: i * inFeatures,
    to: (i + 1) * inFeatures,
  }));
  return { parts };
}

/** Returns whether `c_attn` is contiguous: in GPT-2, whose Conv1D is stored in x out, and in Qwen. */
function isContiguousGpt2({ transposed, baseModel }: FusedLayer): boolean {
  return transposed || (baseModel !== null && /qwen/i.test(baseModel));
}

function hasPath(name: string, path: string): boolean {
  return name === path || name.endsWith(`.${path}`);
}
