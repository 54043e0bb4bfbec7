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
  const factorOf = (k: number) => scaling * (b[out * rank + k] as number);
  // Four rows of A at a time, so that the row is read and written a quarter as often.
  let k = 0;
  for (; k + 4 <= rank; k += 4) {
    const [f0, f1, f2, f3] = [factorOf(k), factorOf(k + 1), factorOf(k + 2), factorOf(k + 3)];
    const first = k * size;
    for (let i = 0; i < size; i++) {
      const at = first + i;
      row[i] =
        (row[i] as number) +
        (f0 * (a[at] as number) + f1 * (a[at + size] as number)) +
        (f2 * (a[at + 2 * size] as number) + f3 * (a[at + 3 * size] as number));
    }
  }
  for (; k < rank; k++) {
    const factor = factorOf(k);
    for (let i = 0; i < size; i++) row[i] = (row[i] as number) + factor * (a[k * size + i] as number);
  }
}
