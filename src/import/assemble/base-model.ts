import { failure } from "../../errors.js";
import type { Findings } from "../findings.js";
import { quoteNames } from "../quote-names.js";
import type { TableReading } from "./join-tables.js";
import type { RunReading } from "./read-run.js";

/**
 * Returns the base model that the adapters name, else that of the tables; null if none names one.
 *
 * @throws SEVERAL_BASE_MODELS if adapters name different ones
 */
export function baseModelOf(
  folder: string,
  runs: readonly RunReading[],
  rows: ReadonlyMap<string, TableReading>,
  findings: Findings,
): string | null {
  const adapterModels = foldersByModel(runs);
  if (adapterModels.size > 1) {
    const received = [...adapterModels].map(([model, runFolder]) => `${model} (in ${runFolder})`).join(" and ");
    throw failure("SEVERAL_BASE_MODELS", { where: folder, received });
  }
  const [adapterModel] = adapterModels.keys();
  if (adapterModel !== undefined) return adapterModel;
  const tableModels = new Set([...rows.values()].flatMap(({ modelName }) => modelName?.value ?? []));
  const [tableModel, ...others] = tableModels;
  if (tableModel !== undefined && others.length > 0) {
    const message = `The tables name several base models. ${tableModel} was kept; the others are ${quoteNames(others)}.`;
    findings.add("warning", "CONFLICTING_VALUES", "", message);
  }
  return tableModel ?? null;
}

/** Returns the base models of all configurations, each with the first run folder that names it. */
function foldersByModel(runs: readonly RunReading[]): Map<string, string> {
  const folders = new Map<string, string>();
  for (const { baseModels, folder } of runs) {
    for (const model of baseModels) {
      if (!folders.has(model)) folders.set(model, folder || ".");
    }
  }
  return folders;
}
