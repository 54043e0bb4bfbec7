import type { SubspaceShape } from "../spectra/subspace-similarity.js";

/** One sub-module of a fused projection: rows `from` up to, not including, `to` of B. */
export interface FusedPart {
  readonly name: "q" | "k" | "v";
  readonly from: number;
  readonly to: number;
}

export interface FusedLayer extends SubspaceShape {
  /** `transformer.h.12.attn.c_attn` */
  readonly name: string;
  /** `base_model_name_or_path`; null where it is not known. */
  readonly baseModel: string | null;
}

/** The parts of a layer, or why it has none that are known. */
export type FusedParts = { readonly parts: readonly FusedPart[] } | { readonly reason: string };

/** Whose projections are q, k and v one after the other when out = 3 in, by the end of the module's path. */
const CONTIGUOUS: readonly string[] = [
  "self_attn.qkv_proj", // Phi-3
  "self_attn.W_pack", // Baichuan
  "attn.Wqkv", // MPT, ModernBERT
  "attn.qkv", // timm's vision transformers
];

/** GPT-NeoX, Falcon and BLOOM order q, k and v within each head (or group of heads). */
const INTERLEAVED = "query_key_value";

const GPT2 = "attn.c_attn";

/**
 * The rows of B that make q, k and v, where the layout is known from the module's path and its shape. Layouts are those of
 * the models' own code; with grouped or multi-query heads (out < 3 in) the sizes are not known from the shape, and nothing
 * is sliced.
 */
export function fusedParts(layer: FusedLayer): FusedParts {
  const { name, inFeatures, outFeatures } = layer;
  if (endsWith(name, INTERLEAVED)) {
    return { reason: `${INTERLEAVED} holds q, k and v interleaved by heads: its rows are not sliced` };
  }
  const known = [GPT2, ...CONTIGUOUS].find((path) => endsWith(name, path));
  if (known === undefined) return { reason: "it is no fused projection whose layout is known" };
  if (outFeatures !== 3 * inFeatures) {
    return {
      reason: `${known} of ${outFeatures} outputs for ${inFeatures} inputs is not three equal parts: its layout is not known`,
    };
  }
  if (known === GPT2 && !isContiguousGpt2(layer)) {
    return {
      reason:
        `${GPT2} is in order in GPT-2 (stored in x out) and Qwen, and interleaved by heads in GPT-BigCode: ` +
        "which one this is, is not known",
    };
  }
  return {
    parts: (["q", "k", "v"] as const).map((part, i) => ({
      name: part,
      from: i * inFeatures,
      to: (i + 1) * inFeatures,
    })),
  };
}

/** GPT-2's Conv1D is stored in x out; of the models with a linear `c_attn` only Qwen's is in order. */
function isContiguousGpt2({ transposed, baseModel }: FusedLayer): boolean {
  return transposed || (baseModel !== null && /qwen/i.test(baseModel));
}

function endsWith(name: string, path: string): boolean {
  return name === path || name.endsWith(`.${path}`);
}
