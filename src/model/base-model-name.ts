/** A base model's name without what differs between copies of one model. */
export interface BaseModelName {
  /** Equal for copies of one model: without organisation, path, quantization suffix and letter case. */
  readonly model: string;
  /** Bits per weight that the suffix names; null if it names none. */
  readonly bits: number | null;
  readonly scheme: string | null;
}

interface Suffix {
  readonly pattern: RegExp;
  readonly bits: number | null;
  readonly scheme: string | null;
}

/** Suffixes of quantized copies on the hub. They are removed one after the other: `-unsloth-bnb-4bit`, `-GPTQ-Int4`. */
const SUFFIXES: readonly Suffix[] = [
  // A GGUF file is what a model is run with, mostly after its training. It says nothing of the bits of the base weights.
  {
    pattern: /(?:[-_.](?:ud[-_]|i1[-_])?(?:i?q\d(?:_[0-9a-z]{1,2}){0,2}|tq\d_0|mxfp4|bf16|f16|f32))?\.gguf$/,
    bits: null,
    scheme: null,
  },
  { pattern: /[-_.]bnb[-_.](?:nf4[-_.])?4bits?$/, bits: 4, scheme: "nf4" },
  { pattern: /[-_.]bnb[-_.]8bits?$/, bits: 8, scheme: "int8" },
  { pattern: /[-_.]?nf4$/, bits: 4, scheme: "nf4" },
  { pattern: /[-_.]fp4$/, bits: 4, scheme: "fp4" },
  { pattern: /[-_.]gptq(?:[-_.](?:int)?4(?:bits?)?)?(?:[-_.]\d+g)?$/, bits: 4, scheme: "gptq" },
  { pattern: /[-_.]gptq[-_.](?:int)?8(?:bits?)?$/, bits: 8, scheme: "gptq" },
  { pattern: /[-_.]awq(?:[-_.](?:int)?4(?:bits?)?)?$/, bits: 4, scheme: "awq" },
  { pattern: /[-_.]hqq(?:[-_.](?:int)?4(?:bits?)?)?$/, bits: 4, scheme: "hqq" },
  { pattern: /[-_.](?:int|w|q)?4[-_]?(?:bits?|a16)?(?:[-_.]dwq)?$/, bits: 4, scheme: null },
  { pattern: /[-_.](?:int|w|q)?8[-_]?(?:bits?|a8|a16)$/, bits: 8, scheme: "int8" },
  { pattern: /[-_.]int8$/, bits: 8, scheme: "int8" },
  { pattern: /[-_.]fp8(?:[-_.]dynamic)?$/, bits: 8, scheme: "fp8" },
  { pattern: /[-_.](?:([236])[-_]?bits?)(?:[-_.]dwq)?$/, bits: null, scheme: null },
  { pattern: /[-_.](?:bf16|fp16|float16|16bits?)$/, bits: 16, scheme: null },
  { pattern: /[-_.](?:unsloth|mlx|hf|dynamic)$/, bits: null, scheme: null },
];

/** A bare 4 belongs to the model, as in `phi-4`: it is a suffix only with a word beside it. */
const BARE_NUMBER = /[-_.]\d$/;

/** Returns what a base model's name, or path, says. */
export function baseModelName(name: string): BaseModelName {
  let rest = lastPart(name).toLowerCase();
  let bits: number | null = null;
  let scheme: string | null = null;
  for (;;) {
    const suffix = BARE_NUMBER.test(rest) ? undefined : SUFFIXES.find(({ pattern }) => pattern.test(rest));
    if (suffix === undefined) return { model: rest, bits, scheme };
    const digits = suffix.pattern.exec(rest)?.[1];
    const shorter = rest.replace(suffix.pattern, "");
    if (shorter === "") return { model: rest, bits, scheme };
    bits ??= suffix.bits ?? (digits === undefined ? null : Number(digits));
    scheme ??= bits !== null && bits <= 8 ? suffix.scheme : null;
    rest = shorter;
  }
}

/** Returns whether two names can be those of one base model. An unknown one can be any. */
export function haveOneBaseModel(one: string | null, other: string | null): boolean {
  return one === null || other === null || baseModelName(one).model === baseModelName(other).model;
}

/** Returns whether the name is a path on a machine rather than an id on the hub. */
export function isLocalPath(name: string): boolean {
  return /^(?:[.~]?[\\/]|[a-z]:[\\/]|\.\.)/i.test(name) || name.split(/[\\/]/).filter(Boolean).length > 2;
}

/** Returns the last part of a path; the repository's name for a folder of the hub's cache. */
function lastPart(name: string): string {
  const cached = /models--(?:[^\\/]+?--)?([^\\/]+?)(?:[\\/]|$)/.exec(name)?.[1];
  if (cached !== undefined) return cached;
  const parts = name.split(/[\\/]+/).filter((part) => part !== "");
  return parts.at(-1) ?? name;
}
