import { baseModelName } from "../../model/base-model-name.js";
import type { LayerRecord } from "../../model/records.js";
import { quoteNames, type Findings } from "../findings.js";
import type { DescribedRun } from "./pair-runs-with-rows.js";

/** Returns the runs whose saves are of one base model each. A run that mixes base models is left out and reported. */
export function runsOfOneModel(runs: readonly DescribedRun[], findings: Findings): DescribedRun[] {
  return runs.filter((run) => {
    const mixed = mixtureOf(run);
    if (mixed === undefined) return true;
    const message = `The run was left out: it has ${mixed}. Move the adapters of each base model to a folder of their own.`;
    findings.add("error", "SEVERAL_BASE_MODELS", run.run?.folder ?? run.name, message);
    return false;
  });
}

/** Returns whether two layers are of one shape. */
export function haveSameShape(one: LayerRecord, other: LayerRecord): boolean {
  return one.inFeatures === other.inFeatures && one.outFeatures === other.outFeatures;
}

/** Returns the reason why the saves of one run cannot be of one base model; undefined if they can. */
function mixtureOf({ run }: DescribedRun): string | undefined {
  const models = new Map([...(run?.baseModels ?? [])].map((name) => [baseModelName(name).model, name]));
  if (models.size > 1) return `adapters of ${quoteNames([...models.values()])}`;
  const layers = new Map<string, LayerRecord>();
  for (const layer of run?.layers ?? []) {
    const known = layers.get(layer.name) ?? layer;
    if (!haveSameShape(known, layer)) return `the layer ${layer.name} as ${shapeOf(known)} and ${shapeOf(layer)}`;
    layers.set(layer.name, layer);
  }
  return undefined;
}

function shapeOf({ inFeatures, outFeatures }: LayerRecord): string {
  return `${outFeatures} x ${inFeatures}`;
}
