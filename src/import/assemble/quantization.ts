import type { Quantization } from "../../model/records.js";

interface Known {
  readonly bits: number;
  readonly scheme: string | null;
  /** The label names the bits and leaves the data type open. */
  readonly assumed?: true;
}

const KNOWN: ReadonlyMap<string, Known> = new Map<string, Known>([
  ...each(["4bit", "int4"], { bits: 4, scheme: "nf4", assumed: true }),
  ...each(["nf4"], { bits: 4, scheme: "nf4" }),
  ...each(["fp4"], { bits: 4, scheme: "fp4" }),
  ...each(["8bit", "int8"], { bits: 8, scheme: "int8" }),
  ...each(["16bit", "fp16", "bf16", "float16", "bfloat16", "none"], { bits: 16, scheme: null }),
  ...each(["32bit", "fp32", "float32"], { bits: 32, scheme: null }),
]);

/**
 * What a study's own label says about its base weights; the label is kept as given. Spelling does not matter:
 * `4bit`, `4-bit` and `4_BIT` are one. An unknown label has no bits and no scheme.
 *
 * `schemeAssumed` is true where `4bit` is read as NF4, QLoRA's 4-bit data type (arXiv 2305.14314, section 3).
 */
export function quantizationOf(label: string): { quantization: Quantization; schemeAssumed: boolean } {
  const known = KNOWN.get(label.toLowerCase().replace(/[\s_-]+/g, ""));
  return {
    quantization: { label, bits: known?.bits ?? null, scheme: known?.scheme ?? null },
    schemeAssumed: known?.assumed ?? false,
  };
}

/** The label that a run's name holds, as it is spelt there: `4bit` in `4bit_r8`; undefined where it holds none. */
export function quantizationInName(name: string): string | undefined {
  const labels = "(?:4|8|16|32)[_-]?bit|b?f(?:p|loat)?16|(?:fp|float)32|int[48]|nf4|fp4";
  const found = new RegExp(`(?<![a-z0-9])(?:${labels})(?![a-z0-9])`, "gi");
  return name.match(found)?.find((label) => quantizationOf(label).quantization.bits !== null);
}

function each(labels: readonly string[], known: Known): [string, Known][] {
  return labels.map((label) => [label, known]);
}
