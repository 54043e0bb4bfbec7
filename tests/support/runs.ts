import type { Run } from "#src/derive/runs/comparison-roles.js";

/** Creates runs from [label, bits, rank, metrics, rest]. Each has weights unless `rest` overrides it. */
export function runs(
  rows: readonly (readonly [string, number | null, number, Record<string, number>, Partial<Run>?])[],
): Run[] {
  return rows.map(([label, bits, rank, metrics, rest], i) => ({
    id: `run ${i}`,
    name: `${label}_r${rank}`,
    rank,
    seed: null,
    method: bits !== null && bits < 8 ? "QLORA" : "LORA",
    steps: 1000,
    quantization: { label, bits },
    hasWeights: true,
    metrics: new Map(Object.entries(metrics)),
    ...rest,
  }));
}
