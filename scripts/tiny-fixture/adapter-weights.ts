import type { Dtype } from "./dtype.js";
import { initialA, trainFactors, type Factors } from "./factors.js";
import { LAYERS, type Layer } from "./layers.js";
import type { Matrix } from "./matrix.js";
import { TOTAL_STEPS, type Run, type SavedStep } from "./runs.js";
import { safetensors } from "./safetensors.js";
import { target } from "./target.js";

/** Number of optimizer steps that one step of the simulated training represents. */
const STRIDE = 100;

/**
 * Trains a run's adapter on every layer.
 *
 * @returns `adapter_model.safetensors` by saved step
 */
export function adapterWeights(run: Run): Record<SavedStep, Uint8Array> {
  const paths = new Map(LAYERS.map((layer) => [layer.name, train(run, layer)]));
  return { 900: weightsAt(900, paths, run.dtype), 1000: weightsAt(1000, paths, run.dtype) };
}

/** @param paths the factors after each step of training, by layer name */
function weightsAt(step: SavedStep, paths: ReadonlyMap<string, readonly Factors[]>, dtype: Dtype): Uint8Array {
  const tensors = new Map<string, Matrix>();
  for (const [layer, path] of paths) {
    const factors = path[step / STRIDE - 1];
    if (factors === undefined) throw new RangeError(`step ${step} is not a multiple of ${STRIDE}`);
    tensors.set(`base_model.model.${layer}.lora_A.weight`, factors.a);
    tensors.set(`base_model.model.${layer}.lora_B.weight`, factors.b);
  }
  return safetensors(tensors, dtype);
}

function train(run: Run, layer: Layer): Factors[] {
  const start = initialA(`${run.start}/r${run.rank}/${layer.name}`, run.rank, layer.inFeatures);
  return trainFactors(target(layer, run.bits), start, TOTAL_STEPS / STRIDE, `${run.name}/${layer.name}`);
}
