import { failure } from "../../errors.js";
import type { LayerRecord } from "../../model/records.js";
import { compareLayers } from "../adapter/layer-name.js";
import type { RunReading } from "./read-run.js";

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

function shapeOf({ inFeatures, outFeatures }: LayerRecord): string {
  return `${outFeatures} x ${inFeatures}`;
}
