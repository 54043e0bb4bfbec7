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
export type TensorKey =
  | FactorKey
  /** A part of an update that is not scaling * B * A, with the name of its form. */
  | { readonly kind: "UNSUPPORTED"; readonly form: string }
  /** The alpha of a layer, which kohya's files hold as a tensor. */
  | { readonly kind: "ALPHA"; readonly module: string }
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
  // kohya: <module>.lora_down.weight and <module>.lora_up.weight
  { pattern: /^(?<module>.+)\.lora_(?<factor>down|up)\.weight$/ },
  // diffusers before it used PEFT: <module>.lora.down.weight, <module>.lora_linear_layer.down.weight
  { pattern: /^(?<module>.+)\.lora(?:_linear_layer)?\.(?<factor>down|up)\.weight$/ },
  // and of attention processors: <attention>.processor.to_q_lora.down.weight
  { pattern: /^(?<module>.+\.processor\.to_(?:q|k|v|out))_lora\.(?<factor>down|up)\.weight$/ },
];

/** Removes the attention processor from a module's path: the layers are those of the attention. */
function withoutProcessor(module: string): string {
  return module.replace(/\.processor\.to_out$/, ".to_out.0").replace(/\.processor\.(to_[qkv])$/, ".$1");
}

/** The factor that each naming's letter or word stands for. */
const FACTORS: Readonly<Record<string, "a" | "b">> = {
  A: "a",
  B: "b",
  a: "a",
  b: "b",
  down: "a",
  up: "b",
};

/** Magnitudes of DoRA: in PEFT, MLX-LM (`.m`), torchtune (`.magnitude`) and LyCORIS. */
const MAGNITUDE = /\.lora_magnitude_vector(\.[^.]+)?(\.weight)?$|\.(m|magnitude|dora_scale)$/;

/** Parts of updates that are not scaling * B * A, by the name of their form. */
const UNSUPPORTED: readonly { readonly pattern: RegExp; readonly form: string }[] = [
  { pattern: /\.(lora_E|ranknum)(\.|$)/, form: "AdaLoRA, with singular values between B and A" },
  { pattern: /\.lora_diag(\.|$)/, form: "KaSA, with a diagonal between B and A" },
  { pattern: /\.(vera_lambda_[bd]|vblora_\w+)(\.|$)/, form: "VeRA or VB-LoRA, with shared factors" },
  { pattern: /\.lora_mid(\.|$)/, form: "a Tucker decomposition of a convolution, with a core between B and A" },
  { pattern: /\.hada_(w[12]_[ab]|t[12])(\.|$)/, form: "LoHa, a Hadamard product of two low-rank products" },
  { pattern: /\.lokr_(w[12](_[ab])?|t2)(\.|$)/, form: "LoKr, a Kronecker product" },
  {
    pattern: /\.(oft_\w+|boft_\w+|glora_\w+|ia3_l|w_norm|b_norm)(\.|$)/,
    form: "OFT, BOFT, GLoRA, IA3 or a trained norm",
  },
];

/**
 * Interprets a tensor's key.
 *
 * @param modulesToSave `modules_to_save` of the configuration
 */
export function tensorKey(key: string, modulesToSave: readonly string[]): TensorKey {
  const name = withoutWrappers(key);
  const unsupported = UNSUPPORTED.find(({ pattern }) => pattern.test(name));
  if (unsupported !== undefined) return { kind: "UNSUPPORTED", form: unsupported.form };
  const ofAlpha = /^(.+)\.alpha$/.exec(name)?.[1];
  if (ofAlpha !== undefined) return { kind: "ALPHA", module: withoutProcessor(ofAlpha) };
  for (const { pattern, form = "LINEAR", columnMajor = false } of FACTOR_NAMINGS) {
    const groups = pattern.exec(name)?.groups;
    if (groups === undefined) continue;
    return {
      kind: "FACTOR",
      module: withoutProcessor(groups["module"] ?? ""),
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
