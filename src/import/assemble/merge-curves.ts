import type { SeriesRecord } from "../../model/records.js";
import type { SourcedCurve } from "./sourced-evidence.js";

/**
 * Returns one curve per name. Those of the training logs come first, the longest log last in the list and preferred; a curve of
 * another file is taken if no log has it, or has fewer points. A curve by epoch is taken only if none is by optimizer step.
 *
 * @param logs curves of training logs, by ascending steps of the logs
 */
export function mergeCurves(
  logs: readonly (readonly SeriesRecord[])[],
  curves: readonly SourcedCurve[],
): SeriesRecord[] {
  const merged = new Map(logs.flat().map((curve) => [curve.name, curve]));
  for (const curve of curves) {
    const name = curveName(curve.name);
    const known = merged.get(name);
    const { steps, values, wallTimes, byEpoch = false, file } = curve;
    if (known === undefined || isPreferred({ steps, byEpoch }, known)) {
      merged.set(name, { name, steps, values, ...(byEpoch && { byEpoch }), wallTimes, source: file });
    } else if (wallTimes !== null && known.wallTimes == null && haveSameSteps(known, curve)) {
      // trainer_state.json has no times; the event file beside it has those of the same points.
      merged.set(name, { ...known, wallTimes });
    }
  }
  return [...merged.values()];
}

/** Returns whether a curve replaces a known one: steps are more precise than epochs, and more points say more. */
function isPreferred(curve: Pick<SeriesRecord, "steps" | "byEpoch">, known: SeriesRecord): boolean {
  const [byEpoch, isKnownByEpoch] = [curve.byEpoch === true, known.byEpoch === true];
  return byEpoch === isKnownByEpoch ? known.steps.length < curve.steps.length : isKnownByEpoch;
}

function haveSameSteps(one: SeriesRecord, other: SeriesRecord): boolean {
  return one.steps.length === other.steps.length && one.steps.every((step, i) => step === other.steps[i]);
}

/** Returns the Trainer's own name of a curve: `loss` for TensorBoard's `train/loss`, `eval_loss` for `eval/loss`. */
function curveName(name: string): string {
  const [, phase, rest = ""] = /^(train|eval|test)\/(.+)$/.exec(name) ?? [];
  if (phase === undefined) return name;
  return phase === "train" ? rest : `${phase}_${rest}`;
}
