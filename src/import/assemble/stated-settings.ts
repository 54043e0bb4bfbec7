import { MetricName } from "../../model/enums/run.js";
import type { MetricDirectionRecord } from "../../model/metric-directions.js";
import type { Findings } from "../findings.js";
import type { Setting } from "../settings/setting.js";
import type { StatedSettings } from "./join-tables.js";
import type { DescribedRun } from "./pair-runs-with-rows.js";
import type { Reading } from "./reading-merger.js";
import type { SourcedSetting } from "./sourced-evidence.js";

/** Returns what people state about one run, that of the run itself before that of all runs. */
export function statedSettingsOf(described: DescribedRun, stated: readonly StatedSettings[]): SourcedSetting[] {
  const ofRun: SourcedSetting[] = [];
  const ofAll: SourcedSetting[] = [];
  for (const { folder, byRun, ofAll: common, file } of stated) {
    const below = pathBelow(folder, described.run?.folder);
    if (below === undefined) continue;
    for (const setting of ofOneRun(byRun, described, below) ?? []) ofRun.push(sourced(setting, file));
    for (const setting of common) ofAll.push(sourced(setting, file));
  }
  const fields = new Set(ofRun.map(({ field }) => field));
  return [...ofRun, ...ofAll.filter(({ field }) => !fields.has(field))];
}

/** Returns the metrics of one run that people state. Of several files, the first one that states a metric counts. */
export function statedMetricsOf(
  described: DescribedRun,
  stated: readonly StatedSettings[],
): Map<string, Reading<number>> {
  const metrics = new Map<string, Reading<number>>();
  for (const { folder, metricsByRun, file } of stated) {
    const below = pathBelow(folder, described.run?.folder);
    if (below === undefined) continue;
    for (const [metric, value] of ofOneRun(metricsByRun, described, below) ?? []) {
      if (!metrics.has(metric)) metrics.set(metric, { value, source: file });
    }
  }
  return metrics;
}

/** Returns what a file states under a run's name, its path below the file's folder, or the last part of its name. */
function ofOneRun<Value>(byRun: ReadonlyMap<string, Value>, { name }: DescribedRun, below: string): Value | undefined {
  return byRun.get(name) ?? byRun.get(below) ?? byRun.get(name.split("/").at(-1) ?? name);
}

/** The metrics whose direction is a part of their definition. */
const DEFINED: ReadonlySet<string> = new Set(Object.values(MetricName));

/**
 * Returns the better directions of metrics that people state. Of several files, the first one that states a metric counts. A
 * direction that contradicts the definition of a metric is left out and reported.
 */
export function statedDirections(stated: readonly StatedSettings[], findings: Findings): MetricDirectionRecord[] {
  const directions = new Map<string, MetricDirectionRecord>();
  for (const { metricDirections, file } of stated) {
    for (const [metric, higherIsBetter] of metricDirections) {
      if (DEFINED.has(metric)) {
        if (!higherIsBetter) continue;
        const message = `metric_directions says that higher values of ${metric} are better. Lower values are, so this was left out.`;
        findings.add("warning", "SETTINGS_CONTRADICT", file, message);
        continue;
      }
      if (!directions.has(metric)) directions.set(metric, { metric, higherIsBetter, file });
    }
  }
  return [...directions.values()];
}

function sourced(setting: Setting, file: string): SourcedSetting {
  return { ...setting, source: "person", file };
}

/** Returns a run's path below a folder; "" for a run that only tables name; undefined for a run elsewhere. */
function pathBelow(folder: string, runFolder: string | undefined): string | undefined {
  if (runFolder === undefined || folder === "") return runFolder ?? "";
  if (runFolder === folder) return ".";
  return runFolder.startsWith(`${folder}/`) ? runFolder.slice(folder.length + 1) : undefined;
}
