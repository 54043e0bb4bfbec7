import { countOf } from "../../model/count-of.js";
import { baseModelName } from "../../model/base-model-name.js";
import { layerKey } from "../../model/layer-form.js";
import type { LayerRecord } from "../../model/records.js";
import { quoteNames, type Findings } from "../findings.js";
import { parentFolder } from "../folder/save-folder.js";
import { baseModelsOf } from "./base-model.js";
import type { DescribedRun } from "./pair-runs-with-rows.js";
import { haveSameShape, runsOfOneModel } from "./runs-of-one-model.js";

/** Runs that can be one study: their base models agree in name, and their layers in shape. */
interface ModelGroup {
  /** Name of the base model as `baseModelName` gives it; null while no run names one. */
  model: string | null;
  readonly layers: Map<string, LayerRecord>;
  readonly runs: DescribedRun[];
}

/**
 * Groups runs by their base models: one group becomes one study. A run that names no base model belongs to the group with its
 * layers, else to the only group of the nearest folder above it, else to a group of its own kind. The largest group comes first.
 * A run that mixes base models is left out and reported.
 */
export function groupByModel(all: readonly DescribedRun[], findings: Findings): DescribedRun[][] {
  const runs = runsOfOneModel(all, findings);
  const groups: ModelGroup[] = [];
  const unnamed: DescribedRun[] = [];
  for (const run of runs) {
    const model = modelOf(run);
    if (model === null) unnamed.push(run);
    else addTo(groups.find((group) => group.model === model && fits(group, run)) ?? newGroup(groups, model), run);
  }
  const named = [...groups];
  const withoutGroup: DescribedRun[] = [];
  // Runs with layers first: they say more about a group than runs without.
  for (const run of [...unnamed].sort((left, right) => layersOf(right).length - layersOf(left).length)) {
    const group = groupOfUnnamed(run, groups, named);
    if (group !== undefined) addTo(group, run);
    else if (layersOf(run).length > 0) addTo(newGroup(groups, null), run);
    else withoutGroup.push(run);
  }
  if (withoutGroup.length > 0) {
    const [only, ...others] = groups;
    const group = only !== undefined && others.length === 0 ? only : newGroup(groups, null);
    for (const run of withoutGroup) addTo(group, run);
  }
  const order = new Map(runs.map((run, i) => [run, i]));
  const position = (run: DescribedRun): number => order.get(run) ?? 0;
  const sorted = groups
    .map(({ model, runs: members }) => ({ model, members: [...members].sort((a, b) => position(a) - position(b)) }))
    .sort((a, b) => b.members.length - a.members.length || (a.model ?? "~").localeCompare(b.model ?? "~", "en"));
  if (sorted.length > 1) reportGroups(sorted, findings);
  return sorted.map(({ members }) => members);
}

function reportGroups(
  groups: readonly { readonly model: string | null; readonly members: readonly DescribedRun[] }[],
  findings: Findings,
): void {
  const parts = groups.map(
    ({ model, members }) => `${model ?? "no named base model"} (${countOf(members.length, "run")})`,
  );
  const message = `The runs are of ${groups.length} base models, so the folder becomes ${groups.length} studies: ${quoteNames(parts)}.`;
  findings.add("info", "SEVERAL_STUDIES", "", message);
}

function newGroup(groups: ModelGroup[], model: string | null): ModelGroup {
  const group: ModelGroup = { model, layers: new Map(), runs: [] };
  groups.push(group);
  return group;
}

function addTo(group: ModelGroup, run: DescribedRun): void {
  for (const layer of layersOf(run)) group.layers.set(layer.name, layer);
  group.runs.push(run);
}

function layersOf({ run }: DescribedRun): readonly LayerRecord[] {
  return run?.layers ?? [];
}

function modelOf(run: DescribedRun): string | null {
  const [first] = baseModelsOf(run);
  return first === undefined ? null : baseModelName(first).model;
}

/** Returns whether no layer of the run has another shape in the group. */
function fits({ layers }: ModelGroup, run: DescribedRun): boolean {
  return layersOf(run).every((layer) => haveSameShape(layers.get(layer.name) ?? layer, layer));
}

/** @param named groups of runs that name their base model */
function groupOfUnnamed(
  described: DescribedRun,
  groups: readonly ModelGroup[],
  named: readonly ModelGroup[],
): ModelGroup | undefined {
  const ownName = baseModelName(described.name).model;
  // An evaluation of the base model itself has its name.
  const ofName = named.find(({ model }) => model === ownName);
  if (ofName !== undefined) return ofName;
  const fitting = groups.filter((group) => fits(group, described));
  const layers = layersOf(described);
  if (layers.length > 0) {
    const forms = new Set(layers.map(layerKey));
    const withLayers = fitting.filter((group) =>
      [...group.layers.values()].some((layer) => forms.has(layerKey(layer))),
    );
    return only(withLayers) ?? nearest(described, withLayers) ?? withLayers[0] ?? only(fitting);
  }
  return only(groups) ?? nearest(described, groups);
}

function only<Member>(members: readonly Member[]): Member | undefined {
  return members.length === 1 ? members[0] : undefined;
}

/** Returns the only group with runs below the nearest folder above a run. Table rows have no folder. */
function nearest({ run }: DescribedRun, groups: readonly ModelGroup[]): ModelGroup | undefined {
  if (run === undefined) return undefined;
  for (let at = run.folder; at !== "";) {
    at = parentFolder(at);
    const below = groups.filter(({ runs }) =>
      runs.some((member) => member.run !== undefined && isBelow(member.run.folder, at)),
    );
    if (below.length > 0) return only(below);
  }
  return undefined;
}

function isBelow(folder: string, ancestor: string): boolean {
  return ancestor === "" || folder === ancestor || folder.startsWith(`${ancestor}/`);
}
