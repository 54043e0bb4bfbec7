import type { Quantization } from "../../model/records.js";

/**
 * Interprets a study's own label of its base weights. The label is kept as given; spelling does not matter: `4bit`, `4-bit`,
 * `4_BIT` and `QLoRA (4-bit)` have 4 bits. `bf16`, `none` and `full precision` are unquantized. Bits and scheme of an unknown
 * label are null.
 *
 * `schemeAssumed` is true if `4bit` is interpreted as NF4, QLoRA's 4-bit data type (arXiv 2305.14314, section 3).
 */
export function quantizationOf(label: string): { quantization: Quantization; schemeAssumed: boolean } {
  const text = label
    .toLowerCase()
    .replace(/[\s_()[\],/-]+/g, " ")
    .trim();
  const bits = bitsOf(text);
  const { scheme, assumed } = schemeOf(text, bits);
  return { quantization: { label, bits, scheme }, schemeAssumed: assumed };
}

/** Labels of base weights that are not quantized. Their floating-point type is the compute type. */
const UNQUANTIZED =
  /^(?:none|no|false|off|fp|full|lora|dora|unquantized|not quantized|no quantization|(?:full|half|mixed) ?precision|full ?(?:fp|bf)16)$/;

/** A type with 16 or 32 bits, or 8 bits with an exponent. */
const FLOAT_TYPE = /(?<![a-z0-9])(?:b?f|fp|bfloat|float)(8|16|32)(?![0-9])/;
const BITS = /(?<![a-z0-9.])(\d{1,2}) ?bits?(?![a-z0-9])/;
/** `int4`, `q4_k_m`, `w4a16`, `nf4`, `fp4` */
const TYPE_WITH_BITS = /(?<![a-z0-9])(?:u?int|i|q|w|nf|fp|af)([2-8])(?:a\d+|b)?(?![0-9])/;
const POSSIBLE_BITS = new Set([1, 2, 3, 4, 5, 6, 8, 16, 32]);

function bitsOf(text: string): number | null {
  if (UNQUANTIZED.test(text)) return 16;
  const digits = BITS.exec(text)?.[1] ?? TYPE_WITH_BITS.exec(text)?.[1] ?? FLOAT_TYPE.exec(text)?.[1];
  if (digits !== undefined) return POSSIBLE_BITS.has(Number(digits)) ? Number(digits) : null;
  return /^q ?lora$/.test(text) ? 4 : null;
}

const SCHEME = /(?<![a-z0-9])(nf4|fp4|gptq|awq|hqq|aqlm|eetq|exl2|quanto|torchao)(?![a-z0-9])/;

function schemeOf(text: string, bits: number | null): { scheme: string | null; assumed: boolean } {
  if (bits === null || bits > 8) return { scheme: null, assumed: false };
  const named = SCHEME.exec(text)?.[1];
  if (named !== undefined) return { scheme: named, assumed: false };
  if (bits === 8) return { scheme: FLOAT_TYPE.test(text) ? "fp8" : "int8", assumed: false };
  if (bits !== 4) return { scheme: null, assumed: false };
  // QLoRA is defined with NF4.
  if (/(?<![a-z])q ?lora(?![a-z])/.test(text)) return { scheme: "nf4", assumed: false };
  const isPlain = BITS.test(text) || /(?<![a-z0-9])int4(?![0-9])/.test(text);
  return isPlain ? { scheme: "nf4", assumed: true } : { scheme: null, assumed: false };
}
