import { failure } from "../../errors.js";
import type { LayerRecord } from "../../model/records.js";
import { compareLayers } from "../adapter/layer-name.js";
import { quoteNames, type Findings } from "../findings.js";
import { baseModelName, isLocalPath } from "../settings/base-model-name.js";
import type { TableReading } from "./join-tables.js";
import type { RunReading } from "./read-run.js";

/**
 * Returns the base model that the adapters name, else that of the tables; null if none names one. Names that differ only by
 * organisation, path, quantization suffix or letter case are one model, which becomes a finding.
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
  const models = new Map(
    [...adapterModels].map(([name, runFolder]) => [baseModelName(name).model, { name, runFolder }]),
  );
  if (models.size > 1) {
    const received = [...models.values()].map(({ name, runFolder }) => `${name} (in ${runFolder})`).join(" and ");
    throw failure("SEVERAL_BASE_MODELS", { where: folder, received });
  }
  const adapterModel = preferredName([...adapterModels.keys()], findings);
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

/** Returns the name without a quantization suffix, ids on the hub before paths; the others become a finding. */
function preferredName(names: readonly string[], findings: Findings): string | undefined {
  const cost = (name: string): number => (isLocalPath(name) ? 2 : 0) + (baseModelName(name).bits === null ? 0 : 1);
  const [preferred, ...others] = [...names].sort((left, right) => cost(left) - cost(right));
  if (preferred !== undefined && others.length > 0) {
    const message =
      `${quoteNames(others)} and ${preferred} are taken as one base model: the names agree without organisation, path, ` +
      "quantization suffix and letter case, and the adapted layers agree in their shapes.";
    findings.add("info", "BASE_MODEL_NAMES", "", message);
  }
  return preferred;
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
