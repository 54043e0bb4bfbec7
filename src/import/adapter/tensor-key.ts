/** How the factors of a layer make its update: LINEAR is B A; the weight of an EMBEDDING is the transpose of B A. */
export type PairForm = "LINEAR" | "EMBEDDING";

/** A factor of a layer's update. */
export interface FactorKey {
  readonly kind: "FACTOR";
  /** The layer's module path in the base model. */
  readonly module: string;
  readonly factor: "a" | "b";
  readonly form: PairForm;
  /** Whether the file holds the factor's transpose. */
  readonly columnMajor: boolean;
  /** Adapter name in the key; null if it has none. */
  readonly adapter: string | null;
}

/** The meaning of a tensor, by its key in the weight file. */
type TensorKey =
  | FactorKey
  /** A part of an update that is not scaling * B * A. */
  | { readonly kind: "UNSUPPORTED" }
  | { readonly kind: "DORA_MAGNITUDE" | "BIAS" | "MODULE_TO_SAVE" | "OTHER" };

/** How an adapter form names its factors. */
interface FactorNaming {
  /** Has the groups `module` and `factor`, and `adapter` if the key may contain an adapter's name. */
  readonly pattern: RegExp;
  readonly form?: PairForm;
  readonly columnMajor?: boolean;
}

/** Namings of factors. A further naming is one more entry. */
const FACTOR_NAMINGS: readonly FactorNaming[] = [
  // PEFT: <module>.lora_A.weight, or <module>.lora_A.<adapter>.weight; torchtune: <module>.lora_a.weight
  { pattern: /^(?<module>.+)\.lora_(?<factor>[AaBb])(?:\.(?<adapter>[^.]+))?\.weight$/ },
  // PEFT: <module>.lora_embedding_A, or <module>.lora_embedding_A.<adapter>
  { pattern: /^(?<module>.+)\.lora_embedding_(?<factor>[AB])(?:\.(?<adapter>[^.]+))?$/, form: "EMBEDDING" },
  // MLX-LM: <module>.lora_a (in x r) and <module>.lora_b (r x out), of linear layers and embeddings alike
  {
    pattern: /^(?<module>(?:.+\.)?(?:embed_tokens|wte|word_embeddings|tok_embeddings))\.lora_(?<factor>[ab])$/,
    form: "EMBEDDING",
    columnMajor: true,
  },
  { pattern: /^(?<module>.+)\.lora_(?<factor>[ab])$/, columnMajor: true },
];

/** The factor that each naming's letter or word stands for. */
const FACTORS: Readonly<Record<string, "a" | "b">> = { A: "a", B: "b", a: "a", b: "b" };

/** Magnitudes of DoRA in PEFT, and in MLX-LM (`.m`). */
const MAGNITUDE = /\.lora_magnitude_vector(\.[^.]+)?(\.weight)?$|\.m$/;
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
  for (const { pattern, form = "LINEAR", columnMajor = false } of FACTOR_NAMINGS) {
    const groups = pattern.exec(name)?.groups;
    if (groups === undefined) continue;
    return {
      kind: "FACTOR",
      module: groups["module"] ?? "",
      factor: FACTORS[groups["factor"] ?? ""] ?? "a",
      form,
      columnMajor,
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
