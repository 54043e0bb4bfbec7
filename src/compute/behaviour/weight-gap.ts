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
 *
 * The difference of two updates of equal rank is (B_q - B_l) A_q + B_l (A_q - A_l), whose terms are small where the updates are
 * close, so that it does not cancel.
 */
export function weightGap({ module, weight, quantized, baseline, candidate }: ComparedLayer): LayerWeightGap {
  const { inFeatures, outFeatures } = module;
  const difference = updateDifference(baseline, candidate);
  const rows = { baseline: new Float64Array(inFeatures), candidate: new Float64Array(inFeatures) };
  const gapRow = new Float64Array(inFeatures);
  const squares = { weight: 0, error: 0, baseline: 0, candidate: 0, gap: 0, adapted: 0 };
  for (let out = 0; out < outFeatures; out++) {
    rows.baseline.fill(0);
    rows.candidate.fill(0);
    gapRow.fill(0);
    if (baseline !== undefined) addUpdateRow(rows.baseline, baseline, out);
    if (candidate !== undefined) addUpdateRow(rows.candidate, candidate, out);
    for (const update of difference) addUpdateRow(gapRow, update, out);
    for (let i = 0; i < inFeatures; i++) {
      const value = weight[out * inFeatures + i] as number;
      const error = (quantized[out * inFeatures + i] as number) - value;
      squares.weight += value ** 2;
      squares.error += error ** 2;
      squares.baseline += (rows.baseline[i] as number) ** 2;
      squares.candidate += (rows.candidate[i] as number) ** 2;
      squares.gap += (error + (gapRow[i] as number)) ** 2;
      squares.adapted += (value + (rows.baseline[i] as number)) ** 2;
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

/** Returns updates whose sum is candidate - baseline. */
function updateDifference(baseline: ModuleUpdate | undefined, candidate: ModuleUpdate | undefined): ModuleUpdate[] {
  if (baseline === undefined || candidate === undefined) {
    return [
      ...(candidate === undefined ? [] : [candidate]),
      ...(baseline === undefined ? [] : [{ ...baseline, scaling: -baseline.scaling }]),
    ];
  }
  if (baseline.rank !== candidate.rank || baseline.scaling !== candidate.scaling) {
    return [candidate, { ...baseline, scaling: -baseline.scaling }];
  }
  const minus = (left: Float32Array, right: Float32Array) => left.map((value, i) => value - (right[i] ?? 0));
  return [
    { ...candidate, b: minus(candidate.b, baseline.b) },
    { ...candidate, b: baseline.b, a: minus(candidate.a, baseline.a) },
  ];
}
