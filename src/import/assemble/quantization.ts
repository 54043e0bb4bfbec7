import type { Quantization } from "../../model/records.js";

/** Meaning of a label. */
interface KnownLabel {
  readonly bits: number;
  readonly scheme: string | null;
  /** Whether the label gives the bits but not the data type. */
  readonly assumed?: true;
}

const KNOWN_LABELS: ReadonlyMap<string, KnownLabel> = new Map<string, KnownLabel>([
  ...each(["4bit", "int4"], { bits: 4, scheme: "nf4", assumed: true }),
  ...each(["nf4"], { bits: 4, scheme: "nf4" }),
  ...each(["fp4"], { bits: 4, scheme: "fp4" }),
  ...each(["8bit", "int8"], { bits: 8, scheme: "int8" }),
  ...each(["16bit", "fp16", "bf16", "float16", "bfloat16", "none"], { bits: 16, scheme: null }),
  ...each(["32bit", "fp32", "float32"], { bits: 32, scheme: null }),
]);

/**
 * Interprets a study's own label of its base weights. The label is kept as given; spelling does not matter: `4bit`, `4-bit`
 * and `4_BIT` are one. Bits and scheme of an unknown label are null.
 *
 * `schemeAssumed` is true if `4bit` is interpreted as NF4, QLoRA's 4-bit data type (arXiv 2305.14314, section 3).
 */
export function quantizationOf(label: string): { quantization: Quantization; schemeAssumed: boolean } {
  const known = KNOWN_LABELS.get(label.toLowerCase().replace(/[\s_-]+/g, ""));
  return {
    quantization: { label, bits: known?.bits ?? null, scheme: known?.scheme ?? null },
    schemeAssumed: known?.assumed ?? false,
  };
}

/** Returns the label in a run's name, as spelt there: `4bit` for `4bit_r8`; undefined if it has none. */
export function quantizationInName(name: string): string | undefined {
  const labels = "(?:4|8|16|32)[_-]?bit|b?f(?:p|loat)?16|(?:fp|float)32|int[48]|nf4|fp4";
  const found = new RegExp(`(?<![a-z0-9])(?:${labels})(?![a-z0-9])`, "gi");
  return name.match(found)?.find((label) => quantizationOf(label).quantization.bits !== null);
}

function each(labels: readonly string[], meaning: KnownLabel): [string, KnownLabel][] {
  return labels.map((label) => [label, meaning]);
}
