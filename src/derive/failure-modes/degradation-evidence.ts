import type { RankDegradation } from "../degradation/degradation.js";
import type { Evidence } from "../study-evidence.js";

/** Returns the degradation at each rank as evidence. */
export function degradationEvidence(degradations: readonly RankDegradation[]): Evidence[] {
  return degradations.map(({ rank, degradation }) => ({
    label: `degradation at r = ${rank}`,
    value: degradation.percent,
    unit: "%",
  }));
}
