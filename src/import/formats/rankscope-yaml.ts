import path from "node:path";
import { failure } from "../../errors.js";
import { storableText } from "../storable-text.js";
import { settingsOfObject } from "../settings/settings-of-object.js";
import { columnName, isKnownMetric, metricColumns } from "../tables/column-name.js";
import { readYamlFile } from "../yaml/parse-yaml.js";
import type { TableEvidence } from "./evidence.js";
import type { ResultFormat } from "./result-format.js";

/**
 * rankscope.yaml: what a person states about runs. Settings at the top level belong to every run below the file's folder, those
 * below `runs` to the run of that name:
 *
 * ```yaml
 * learning_rate: 2e-4
 * runs:
 *   lora-a: { bits: 16, seed: 1 }
 *   lora-b: { bits: 4, scheme: nf4, eval_loss: 2.31 }
 * metric_directions: { my_score: higher, my_cost: lower }
 * ```
 */
export const RANKSCOPE_YAML: ResultFormat<TableEvidence> = {
  name: "rankscope.yaml",
  gives: ["statedSettings"],
  recognises: (fileName) => /^rankscope\.ya?ml$/.test(fileName),
  async read(file) {
    const stated = await readYamlFile(file.path, file.where);
    const runs = isObject(stated) ? (stated["runs"] ?? {}) : undefined;
    if (!isObject(stated) || !isObject(runs) || !Object.values(runs).every(isObject)) {
      const allowed = "settings, and runs with settings below their names";
      throw failure("SETTINGS_FILE_INVALID", { where: file.where, received: "another structure", allowed });
    }
    const folder = path.posix.dirname(file.where);
    return [
      {
        kind: "statedSettings",
        folder: folder === "." ? "" : folder,
        ofAll: settingsOfObject(stated, { keepsOther: true, without: ["runs", DIRECTIONS] }),
        byRun: new Map(
          Object.entries(runs).map(([name, given]) => [
            name,
            settingsOfObject(given, { keepsOther: true, without: metricsIn(given).map(({ key }) => key) }),
          ]),
        ),
        metricsByRun: new Map(
          Object.entries(runs).map(([name, given]) => [
            name,
            new Map(metricsIn(given).map(({ metric, value }) => [metric, value])),
          ]),
        ),
        metricDirections: directionsIn(stated[DIRECTIONS] ?? {}, file.where),
      },
    ];
  },
};

/** The key of the better directions of metrics. */
const DIRECTIONS = "metric_directions";
/** Maximum number of metrics: every run of the study is read with them. */
const MAX_DIRECTIONS = 100;

/** @throws SETTINGS_FILE_INVALID */
function directionsIn(value: unknown, where: string): Map<string, boolean> {
  const entries = isObject(value) ? Object.entries(value) : undefined;
  const invalid = entries?.find(([metric, direction]) => metric === "" || !isDirection(direction));
  if (entries !== undefined && invalid === undefined && entries.length <= MAX_DIRECTIONS) {
    return new Map(entries.map(([metric, direction]) => [storableText(metric), direction === "higher"]));
  }
  throw failure("SETTINGS_FILE_INVALID", {
    where: `${where}, ${DIRECTIONS}`,
    received: invalid === undefined ? "another structure" : JSON.stringify(invalid).slice(0, 200),
    allowed: `up to ${MAX_DIRECTIONS} names of metrics, each with higher or lower`,
  });
}

/** Returns the known metrics among a run's values, in the unit in which they are stored. */
function metricsIn(given: unknown): { readonly key: string; readonly metric: string; readonly value: number }[] {
  if (!isObject(given)) return [];
  return Object.entries(given).flatMap(([key, value]) => {
    const name = columnName(key);
    if (typeof value !== "number" || !isKnownMetric(name)) return [];
    const { metric = name, factor = 1 } = metricColumns(new Set([name])).get(name) ?? {};
    return [{ key, metric, value: value * factor }];
  });
}

function isDirection(value: unknown): boolean {
  return value === "higher" || value === "lower";
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
