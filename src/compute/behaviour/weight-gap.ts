import type { ModuleUpdate } from "../../model/language-model.js";
import type { LayerWeightGap } from "../../model/layer-sensitivity.js";
import type { LinearModule } from "../../model/model-tensors.js";
import { addUpdateRow } from "../models/quantization/merge-update.js";

interface ComparedLayer {
  readonly module: Pick<LinearModule, "name" | "inFeatures" | "outFeatures">;
  /** W and the values of Q(W), [out, in] in float32. */
  readonly weight: Float32Array;
  readonly quantized: Float32Array;
  readonly baseline: ModuleUpdate | undefined;
  readonly candidate: ModuleUpdate | undefined;
}

/**
 * Returns the norms of a layer's weights and of what quantization changes, in float64 and row by row, so that no update is formed
 * in memory. The directional part of a DoRA update is compared: its magnitude is not applied.
 */
export function weightGap({ module, weight, quantized, baseline, candidate }: ComparedLayer): LayerWeightGap {
  const { inFeatures, outFeatures } = module;
  const rows = { baseline: new Float64Array(inFeatures), candidate: new Float64Array(inFeatures) };
  const squares = { weight: 0, error: 0, baseline: 0, candidate: 0, gap: 0, adapted: 0 };
  for (let out = 0; out < outFeatures; out++) {
    if (baseline !== undefined) addUpdateRow(rows.baseline.fill(0), baseline, out);
    if (candidate !== undefined) addUpdateRow(rows.candidate.fill(0), candidate, out);
    for (let i = 0; i < inFeatures; i++) {
      const value = weight[out * inFeatures + i] as number;
      const error = (quantized[out * inFeatures + i] as number) - value;
      const ofBaseline = rows.baseline[i] as number;
      const ofCandidate = rows.candidate[i] as number;
      squares.weight += value * value;
      squares.error += error * error;
      squares.baseline += ofBaseline * ofBaseline;
      squares.candidate += ofCandidate * ofCandidate;
      // Equal factors give equal rows, so that the difference of equal updates is exactly 0.
      const gap = error + (ofCandidate - ofBaseline);
      squares.gap += gap * gap;
      const adapted = value + ofBaseline;
      squares.adapted += adapted * adapted;
    }
  }
  return {
    layer: module.name,
    weightNorm: Math.sqrt(squares.weight),
    quantizationError: Math.sqrt(squares.error),
    baselineUpdateNorm: Math.sqrt(squares.baseline),
    candidateUpdateNorm: Math.sqrt(squares.candidate),
    gap: Math.sqrt(squares.gap),
    adaptedNorm: Math.sqrt(squares.adapted),
  };
}
