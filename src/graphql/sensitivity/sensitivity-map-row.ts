import type { ComparedLayer } from "../../analysis/compared-layers.js";
import type { SensitivityMapType } from "./sensitivity-types.js";

/** A sensitivity map, with what its fused projections are computed from. */
export interface SensitivityMapRow extends SensitivityMapType {
  readonly pendingJobs: readonly string[];
  /** The compared layers of each rank that was compared fairly. */
  readonly compared: readonly (readonly ComparedLayer[])[];
}
