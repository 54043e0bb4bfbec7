import type { WeightUpdate } from "../../model/weight-updates.js";

/** Returns the group of an update: the same rows of the same layer. */
export function updateGroup({ factors, rows }: WeightUpdate): string {
  return `${factors.layerId} ${rows?.from ?? ""}-${rows?.to ?? ""}`;
}
