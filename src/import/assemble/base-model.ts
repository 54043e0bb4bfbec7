import { failure } from "../../errors.js";
import type { LayerRecord } from "../../model/records.js";
import { compareLayers } from "../adapter/layer-name.js";
import { quoteNames, type Findings } from "../findings.js";
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

/** Returns the layers of all runs in model order. @throws SEVERAL_BASE_MODELS if a layer has two shapes */
export function layersOf(runs: readonly RunReading[]): LayerRecord[] {
  const layers = new Map<string, LayerRecord>();
  for (const run of runs) {
    for (const layer of run.layers) {
      const known = layers.get(layer.name) ?? layer;
      if (known.inFeatures !== layer.inFeatures || known.outFeatures !== layer.outFeatures) {
        const received = `layer ${layer.name} as ${shapeOf(known)} and ${shapeOf(layer)}`;
        throw failure("SEVERAL_BASE_MODELS", { where: run.folder, received });
      }
      layers.set(layer.name, known);
    }
  }
  return [...layers.values()].sort(compareLayers);
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

function shapeOf({ inFeatures, outFeatures }: LayerRecord): string {
  return `${outFeatures} x ${inFeatures}`;
}
