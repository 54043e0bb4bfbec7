import { compareTexts } from "../../model/compare-texts.js";
import { countOf } from "../../model/count-of.js";
import { layerForm, layerKey, layersByKey } from "../../model/layer-form.js";
import { layerName } from "../adapter/layer-name.js";
import type { Findings } from "../findings.js";
import type { DescribedRun } from "./pair-runs-with-rows.js";
import type { RunReading } from "./read-run.js";

/**
 * Gives the same layer one name in all runs of a study, whichever tools saved them: the fullest name of transformers or diffusers that
 * a run has. Becomes a finding if a run has other names.
 */
export function unifyLayers(runs: readonly DescribedRun[], findings: Findings): DescribedRun[] {
  // The layers of most studies have one name each, which takes one look at each name.
  const byName = new Map(runs.flatMap(({ run }) => (run?.layers ?? []).map((layer) => [layer.name, layer] as const)));
  if (new Set([...byName.values()].map(layerKey)).size === byName.size) return [...runs];
  const layersOfRun = runs.map(({ run }) => layersByKey(run?.layers ?? []));
  const namesOf = new Map<string, Set<string>>();
  for (const layers of layersOfRun) {
    for (const [key, { name }] of layers) namesOf.set(key, (namesOf.get(key) ?? new Set<string>()).add(name));
  }
  const chosen = new Map<string, string>();
  for (const [key, names] of namesOf) {
    const [preferred] = [...names].sort(byPreference);
    if (names.size > 1 && preferred !== undefined) chosen.set(key, preferred);
  }
  if (chosen.size === 0) return [...runs];
  const [[key = "", name = ""] = []] = chosen;
  const other = [...(namesOf.get(key) ?? [])].find((one) => one !== name);
  const message = `${countOf(chosen.size, "layer has", "layers have")} other names in the files of some tools: ${other} is ${name}.`;
  findings.add("info", "LAYER_NAMES", "", message);
  return runs.map((described, i) => {
    const names = new Map<string, string>();
    for (const [ofKey, layer] of layersOfRun[i] ?? []) names.set(layer.name, chosen.get(ofKey) ?? layer.name);
    return described.run === undefined ? described : { ...described, run: renamed(described.run, names) };
  });
}

/** Names of transformers and diffusers first, of these the longest: `model.layers.0.mlp.up_proj`. */
function byPreference(left: string, right: string): number {
  const isTranslated = (name: string): number => Number(!name.replaceAll(".", "_").endsWith(layerForm(name)));
  const isFlat = (name: string): number => Number(!name.includes("."));
  return (
    isFlat(left) - isFlat(right) ||
    isTranslated(left) - isTranslated(right) ||
    right.length - left.length ||
    compareTexts(left, right)
  );
}

function renamed(run: RunReading, names: ReadonlyMap<string, string>): RunReading {
  const nameOf = (name: string): string => names.get(name) ?? name;
  return {
    ...run,
    layers: run.layers.map((layer) => ({ ...layer, ...layerName(nameOf(layer.name)) })),
    checkpoints: run.checkpoints.map((checkpoint) => ({
      ...checkpoint,
      factors: checkpoint.factors.map((factors) => ({ ...factors, layer: nameOf(factors.layer) })),
    })),
  };
}
