import type { ModuleUpdate } from "../../../model/language-model.js";
import type { LinearModule } from "../../../model/model-tensors.js";

type Shape = Pick<LinearModule, "inFeatures" | "outFeatures">;

/**
 * Returns W + scaling B A in float32, computed in float64; with DoRA m (W + scaling B A) / |W + scaling B A| by row, as PEFT's merge
 * (peft/tuners/lora/layer.py, `merge`; dora.py).
 *
 * @param weight [out, in], row-major
 */
export function mergedValues(
  weight: Float32Array,
  { inFeatures, outFeatures }: Shape,
  update: ModuleUpdate,
): Float32Array {
  const merged = new Float32Array(weight.length);
  const row = new Float64Array(inFeatures);
  for (let out = 0; out < outFeatures; out++) {
    addUpdateRow(row.fill(0), update, out);
    const first = out * inFeatures;
    let squares = 0;
    for (let i = 0; i < inFeatures; i++) {
      const value = (weight[first + i] as number) + (row[i] as number);
      row[i] = value;
      squares += value * value;
    }
    const { magnitude } = update;
    const factor = magnitude === undefined ? 1 : (magnitude[out] ?? 0) / Math.sqrt(squares);
    for (let i = 0; i < inFeatures; i++) merged[first + i] = factor * (row[i] as number);
  }
  return merged;
}

/** Adds row `out` of scaling B A to `row`. */
export function addUpdateRow(row: Float64Array, { rank, a, b, scaling }: ModuleUpdate, out: number): void {
  const size = row.length;
  for (let k = 0; k < rank; k++) {
    const factor = scaling * (b[out * rank + k] as number);
    if (factor === 0) continue;
    const first = k * size;
    for (let i = 0; i < size; i++) row[i] = (row[i] as number) + factor * (a[first + i] as number);
  }
}
