/** What a tensor of an adapter is, by its key in the weight file. */
export type TensorKey =
  | {
      readonly kind: "FACTOR";
      /** The layer's module path in the base model. */
      readonly module: string;
      readonly side: "a" | "b";
      /** Whether the layer is an embedding: its weight is the transpose of B A. */
      readonly isEmbedding: boolean;
      /** The adapter's name in the key; null where there is none. */
      readonly adapter: string | null;
    }
  /** A part of an update that is not scaling * B * A. */
  | { readonly kind: "UNSUPPORTED" }
  | { readonly kind: "DORA_MAGNITUDE" | "BIAS" | "MODULE_TO_SAVE" | "OTHER" };

/** `<module>.lora_A.weight`, or with the adapter's name: `<module>.lora_A.default.weight`. */
const LINEAR_FACTOR = /^(?<module>.+)\.lora_(?<side>[AB])(?:\.(?<adapter>[^.]+))?\.weight$/;
/** `<module>.lora_embedding_A`, or with the adapter's name: `<module>.lora_embedding_A.default`; no module of its own. */
const EMBEDDING_FACTOR = /^(?<module>.+)\.lora_embedding_(?<side>[AB])(?:\.(?<adapter>[^.]+))?$/;
const MAGNITUDE = /\.lora_magnitude_vector(\.[^.]+)?(\.weight)?$/;
/** AdaLoRA's singular values, KaSA's diagonal, VeRA's and VB-LoRA's vectors. */
const UNSUPPORTED = /\.(lora_E|ranknum|lora_diag|vera_lambda_[bd]|vblora_\w+)(\.|$)/;

/** @param modulesToSave of the configuration */
export function tensorKey(key: string, modulesToSave: readonly string[]): TensorKey {
  const name = withoutWrappers(key);
  if (UNSUPPORTED.test(name)) return { kind: "UNSUPPORTED" };
  const linear = LINEAR_FACTOR.exec(name)?.groups;
  const groups = linear ?? EMBEDDING_FACTOR.exec(name)?.groups;
  if (groups !== undefined) {
    return {
      kind: "FACTOR",
      module: groups["module"] ?? "",
      side: groups["side"] === "A" ? "a" : "b",
      isEmbedding: linear === undefined,
      adapter: groups["adapter"] ?? null,
    };
  }
  if (MAGNITUDE.test(name)) return { kind: "DORA_MAGNITUDE" };
  if (/\.modules_to_save\./.test(name) || modulesToSave.some((module) => isInside(name, module)))
    return { kind: "MODULE_TO_SAVE" };
  return { kind: /(^|\.)bias$/.test(name) ? "BIAS" : "OTHER" };
}

/**
 * The key without what wrappers add to it: FSDP, torch.compile and activation checkpointing anywhere, DistributedDataParallel
 * in front, and PEFT's own `base_model.model.`
 */
function withoutWrappers(key: string): string {
  return key
    .split(".")
    .filter((part) => !WRAPPERS.has(part))
    .join(".")
    .replace(/^(module\.)+/, "")
    .replace(/^base_model\.model\./, "");
}

const WRAPPERS = new Set(["_fsdp_wrapped_module", "_orig_mod", "_checkpoint_wrapped_module"]);

/** Whether the tensor belongs to a module of this name, which may be a path: PEFT compares the ends of paths. */
function isInside(name: string, module: string): boolean {
  return `.${name}`.includes(`.${module}.`);
}
