import type { RunLog } from "../logs/run-log.js";
import type { SqliteValue } from "../sqlite/decode-record.js";
import type { SqliteTables } from "../sqlite/read-sqlite.js";
import { RunCollection } from "../sqlite/run-collection.js";

/** Returns whether a database is Optuna's. */
export function isOptunaDatabase(tables: SqliteTables): boolean {
  return ["studies", "trials", "trial_params", "trial_values"].every((table) => tables.has(table));
}

/**
 * Reads the finished trials of Optuna's database. A trial is the run `trial-N` of its study, its parameters are settings, its
 * objectives the metrics `objective`, `objective_1`, ..., and the reported values the curve `objective`.
 *
 * @throws DATABASE_INVALID
 */
export async function readOptunaDatabase(tables: SqliteTables, where: string): Promise<RunLog[]> {
  const studies = new Map<SqliteValue, string>();
  await tables.forEachRow("studies", ["study_id", "study_name"], ([id = null, name]) => {
    if (typeof name === "string") studies.set(id, name);
  });
  const runs = new RunCollection(where);
  await tables.forEachRow(
    "trials",
    ["trial_id", "number", "study_id", "state"],
    ([id = null, number, study, state]) => {
      if (state !== "COMPLETE" && state !== "PRUNED") return;
      const studyName = studies.size > 1 ? `${studies.get(study ?? null) ?? "study"}-` : "";
      runs.add(id, `${studyName}trial-${String(number)}`);
    },
  );
  const columns = ["trial_id", "param_name", "param_value", "distribution_json"];
  await tables.forEachRow("trial_params", columns, ([id, name, value, distribution]) => {
    if (typeof name === "string") runs.get(id)?.addSetting(name, chosenValue(value, distribution));
  });
  if (tables.has("trial_user_attributes")) {
    await tables.forEachRow("trial_user_attributes", ["trial_id", "key", "value_json"], ([id, key, json]) => {
      if (typeof key === "string") runs.get(id)?.addSetting(key, parsed(json));
    });
  }
  await tables.forEachRow("trial_values", ["trial_id", "objective", "value"], ([id, objective, value]) => {
    if (typeof value === "number")
      runs.get(id)?.addMetric(objective === 0 ? "objective" : `objective_${String(objective)}`, value);
  });
  if (tables.has("trial_intermediate_values")) {
    const reported = ["trial_id", "step", "intermediate_value"];
    await tables.forEachRow("trial_intermediate_values", reported, ([id, step, value]) => {
      const isStep = typeof step === "number" && Number.isSafeInteger(step);
      if (isStep && typeof value === "number") runs.get(id)?.addPoint("objective", step, value, null);
    });
  }
  return runs.build();
}

/** Returns a parameter's value. The database has the position of a chosen category; its distribution lists the categories. */
function chosenValue(value: SqliteValue | undefined, distribution: SqliteValue | undefined): unknown {
  const described = parsed(distribution) as { readonly attributes?: { readonly choices?: unknown } } | null | undefined;
  const choices = described?.attributes?.choices;
  return Array.isArray(choices) && typeof value === "number" ? (choices[value] as unknown) : value;
}

function parsed(json: SqliteValue | undefined): unknown {
  try {
    return typeof json === "string" ? (JSON.parse(json) as unknown) : undefined;
  } catch {
    return undefined;
  }
}
