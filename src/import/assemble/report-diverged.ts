import type { ExperimentRecord } from "../../model/records.js";
import type { Findings } from "../findings.js";

/** Reports every run with a metric that is NaN or infinite. */
export function reportDiverged(experiments: readonly ExperimentRecord[], findings: Findings): void {
  for (const { name, metrics } of experiments) {
    const nonFinite = metrics.filter(({ value }) => !Number.isFinite(value));
    if (nonFinite.length === 0) continue;
    const values = nonFinite.map(({ name: metric, value, source }) => `${metric} is ${value} in ${source}`).join(", ");
    findings.add(
      "warning",
      "RUN_DIVERGED",
      name,
      `${values}. The run counts as diverged where this metric is judged. Leave a cell empty if the value was not recorded.`,
    );
  }
}
