/** The meaning of a tensor, by its key in the weight file. */
type TensorKey =
  | {
      readonly kind: "FACTOR";
      /** The layer's module path in the base model. */
      readonly module: string;
      readonly factor: "a" | "b";
      /** Whether the layer is an embedding, whose weight is the transpose of B A. */
      readonly isEmbedding: boolean;
      /** Adapter name in the key; null if it has none. */
      readonly adapter: string | null;
    }
  /** A part of an update that is not scaling * B * A. */
  | { readonly kind: "UNSUPPORTED" }
  | { readonly kind: "DORA_MAGNITUDE" | "BIAS" | "MODULE_TO_SAVE" | "OTHER" };

/** How an adapter form names its factors. */
interface FactorNaming {
  /** Has the groups `module` and `factor` (A or B), and `adapter` if the key may contain an adapter's name. */
  readonly pattern: RegExp;
  readonly isEmbedding: boolean;
}

/** Namings of factors. A further naming is one more entry. */
const FACTOR_NAMINGS: readonly FactorNaming[] = [
  // <module>.lora_A.weight, or <module>.lora_A.<adapter>.weight
  { pattern: /^(?<module>.+)\.lora_(?<factor>[AB])(?:\.(?<adapter>[^.]+))?\.weight$/, isEmbedding: false },
  // <module>.lora_embedding_A, or <module>.lora_embedding_A.<adapter>
  { pattern: /^(?<module>.+)\.lora_embedding_(?<factor>[AB])(?:\.(?<adapter>[^.]+))?$/, isEmbedding: true },
];

const MAGNITUDE = /\.lora_magnitude_vector(\.[^.]+)?(\.weight)?$/;
/** AdaLoRA's singular values, KaSA's diagonal, and the vectors of VeRA and VB-LoRA. */
const UNSUPPORTED = /\.(lora_E|ranknum|lora_diag|vera_lambda_[bd]|vblora_\w+)(\.|$)/;

/**
 * Interprets a tensor's key.
 *
 * @param modulesToSave `modules_to_save` of the configuration
 */
export function tensorKey(key: string, modulesToSave: readonly string[]): TensorKey {
  const name = withoutWrappers(key);
  if (UNSUPPORTED.test(name)) return { kind: "UNSUPPORTED" };
  for (const { pattern, isEmbedding } of FACTOR_NAMINGS) {
    const groups = pattern.exec(name)?.groups;
    if (groups === undefined) continue;
    return {
      kind: "FACTOR",
      module: groups["module"] ?? "",
      factor: groups["factor"] === "A" ? "a" : "b",
      isEmbedding,
      adapter: groups["adapter"] ?? null,
    };
  }
  if (MAGNITUDE.test(name)) return { kind: "DORA_MAGNITUDE" };
  if (/\.modules_to_save\./.test(name) || modulesToSave.some((module) => belongsTo(name, module))) {
    return { kind: "MODULE_TO_SAVE" };
  }
  return { kind: /(^|\.)bias$/.test(name) ? "BIAS" : "OTHER" };
}

/** Parts that FSDP, torch.compile and activation checkpointing insert anywhere in a key. */
const WRAPPERS = new Set(["_fsdp_wrapped_module", "_orig_mod", "_checkpoint_wrapped_module"]);

/** Removes what wrappers add to a key: WRAPPERS, the prefix of DistributedDataParallel, and PEFT's `base_model.model.` */
function withoutWrappers(key: string): string {
  return key
    .split(".")
    .filter((part) => !WRAPPERS.has(part))
    .join(".")
    .replace(/^(module\.)+/, "")
    .replace(/^base_model\.model\./, "");
}

/** Returns whether the tensor belongs to a module of this name. The name may be a path: PEFT compares the ends of paths. */
function belongsTo(name: string, module: string): boolean {
  return `.${name}`.includes(`.${module}.`);
}
