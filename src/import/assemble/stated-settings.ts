import type { MetricDirectionRecord } from "../../model/records.js";
import type { Setting } from "../settings/setting.js";
import type { StatedSettings } from "./join-tables.js";
import type { DescribedRun } from "./pair-runs-with-rows.js";
import type { SourcedSetting } from "./sourced-evidence.js";

/** Returns what people state about one run, that of the run itself before that of all runs. */
export function statedSettingsOf({ name, run }: DescribedRun, stated: readonly StatedSettings[]): SourcedSetting[] {
  const ofRun: SourcedSetting[] = [];
  const ofAll: SourcedSetting[] = [];
  for (const { folder, byRun, ofAll: common, file } of stated) {
    const below = pathBelow(folder, run?.folder);
    if (below === undefined) continue;
    const own = byRun.get(name) ?? byRun.get(below) ?? byRun.get(name.split("/").at(-1) ?? name) ?? [];
    for (const setting of own) ofRun.push(sourced(setting, file));
    for (const setting of common) ofAll.push(sourced(setting, file));
  }
  const fields = new Set(ofRun.map(({ field }) => field));
  return [...ofRun, ...ofAll.filter(({ field }) => !fields.has(field))];
}

/** Returns the better directions of metrics that people state. Of several files, the first one that states a metric counts. */
export function statedDirections(stated: readonly StatedSettings[]): MetricDirectionRecord[] {
  const directions = new Map<string, MetricDirectionRecord>();
  for (const { metricDirections, file } of stated) {
    for (const [metric, higherIsBetter] of metricDirections) {
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
