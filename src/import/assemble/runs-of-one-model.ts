import type { LayerRecord } from "../../model/records.js";
import { quoteNames, type Findings } from "../findings.js";
import { baseModelName } from "../settings/base-model-name.js";
import type { RunReading } from "./read-run.js";

/** Runs that can be one study: their base models agree in name, and their layers in shape. */
interface ModelGroup {
  /** Name of the base model as `baseModelName` gives it; null while no run names one. */
  model: string | null;
  readonly layers: Map<string, LayerRecord>;
  readonly runs: RunReading[];
}

/**
 * Returns the runs of the base model that most runs have; the first of equally many. Runs of other base models, or with layers
 * of other shapes, are left out and reported. A run that mixes base models is not handled here.
 */
export function runsOfOneModel(runs: readonly RunReading[], findings: Findings): RunReading[] {
  const groups: ModelGroup[] = [];
  for (const run of runs) {
    const model = modelOf(run);
    const known = groups.find((group) => agrees(group, model, run.layers));
    const group = known ?? { model, layers: new Map<string, LayerRecord>(), runs: [] };
    if (known === undefined) groups.push(group);
    group.model ??= model;
    for (const layer of run.layers) group.layers.set(layer.name, layer);
    group.runs.push(run);
  }
  const [largest, ...others] = [...groups].sort((left, right) => right.runs.length - left.runs.length);
  for (const group of others) reportLeftOut(group, largest, findings);
  return largest?.runs ?? [];
}

function modelOf({ baseModels }: RunReading): string | null {
  const [first] = baseModels;
  return first === undefined ? null : baseModelName(first).model;
}

function agrees(group: ModelGroup, model: string | null, layers: readonly LayerRecord[]): boolean {
  if (group.model !== null && model !== null && group.model !== model) return false;
  return layers.every(({ name, inFeatures, outFeatures }) => {
    const known = group.layers.get(name);
    return known === undefined || (known.inFeatures === inFeatures && known.outFeatures === outFeatures);
  });
}

function reportLeftOut({ model, runs }: ModelGroup, largest: ModelGroup | undefined, findings: Findings): void {
  const names = quoteNames(runs.map(({ name }) => name));
  const message =
    `${runs.length} runs of the base model ${model ?? "without a name"} were left out: ${names}. A study has one base model, ` +
    `and most runs of this folder are of ${largest?.model ?? "another one"}. Import their folders separately.`;
  findings.add("error", "SEVERAL_BASE_MODELS", runs[0]?.folder ?? "", message);
}
