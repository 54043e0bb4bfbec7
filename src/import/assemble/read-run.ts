import path from "node:path";
import { readAdapter } from "../adapter/read-adapter.js";
import { readAdapterConfig, type AdapterConfig } from "../formats/adapter-config.js";
import type { SaveFiles } from "../folder/classify-files.js";
import type { Findings } from "../findings.js";
import { QUOTED_NAMES } from "../limits.js";
import type {
  CheckpointRecord,
  LayerRecord,
  SeriesRecord,
  UncomparedKind,
  UncomparedTensor,
} from "../../model/records.js";
import type { RunFolder, SaveFolder } from "../folder/group-runs.js";
import { readTrainerState, type TrainerState } from "../formats/trainer-state.js";
import { weightSource } from "../formats/adapter-weights.js";

/** What the folders of one run say. */
export interface RunReading {
  readonly name: string;
  readonly folder: string;
  /** Those that its configurations name: one, unless the folder mixes runs up. */
  readonly baseModels: ReadonlySet<string>;
  /** Of the last save that has a configuration; null where none has. */
  readonly config: AdapterConfig | null;
  readonly layers: readonly LayerRecord[];
  readonly checkpoints: readonly CheckpointRecord[];
  readonly series: readonly SeriesRecord[];
  /** The trainer state that went furthest, and its file; null where there is none. */
  readonly state: TrainerState | null;
  readonly stateFile: string;
}

/** A save with its files read. */
interface Save extends SaveFolder {
  readonly config: AdapterConfig | undefined;
  readonly state: TrainerState | undefined;
  readonly stateFile: string;
}

/** Reads a run's configurations, weights and curves; what cannot be read is among the findings. */
export async function readRun(
  root: string,
  run: RunFolder,
  files: ReadonlyMap<string, SaveFiles>,
  findings: Findings,
  onWeights: (file: string) => void,
  signal?: AbortSignal,
): Promise<RunReading> {
  const saves: Save[] = [];
  const checkpoints: CheckpointRecord[] = [];
  const layers = new Map<string, LayerRecord>();
  const withoutWeights: string[] = [];
  for (const save of run.saves) {
    signal?.throwIfAborted();
    const found = files.get(save.folder) ?? {};
    const { config: configFile, state: stateFile = "" } = found;
    const source = weightSource(found, findings);
    const at = (file: string) => path.join(root, file);
    const config =
      configFile && (await findings.guard(configFile, () => readAdapterConfig(at(configFile), configFile)));
    const state = stateFile && (await findings.guard(stateFile, () => readTrainerState(at(stateFile), stateFile)));
    saves.push({ ...save, config: config || undefined, state: state || undefined, stateFile });
    if (source !== undefined) onWeights(source.file);
    if (source !== undefined && configFile === undefined) {
      findings.add(
        "warning",
        "ADAPTER_WITHOUT_CONFIG",
        source.file,
        "has no adapter_config.json beside it: its scaling is not known, so it was left out",
      );
    }
    if (source === undefined && config) withoutWeights.push(inside(run, save.folder));
    if (source === undefined || !config) continue;
    const adapter = await findings.guard(source.file, () => readAdapter(root, source, config.settings));
    if (adapter === undefined) continue;
    if (adapter.uncompared.length > 0)
      findings.add("info", "TENSORS_NOT_COMPARED", source.file, notCompared(adapter.uncompared));
    // By shape too: two shapes of one layer are found, and refused, where all runs are looked at together.
    for (const layer of adapter.layers) layers.set(JSON.stringify(layer), layer);
    const { hash, files: weightFiles, factors, uncompared } = adapter;
    const { step, isFinal, folder } = save;
    checkpoints.push({ step, isFinal, folders: [folder], hash, files: weightFiles, factors, uncompared });
  }
  if (withoutWeights.length > 0) {
    const message = `has adapter_config.json but no adapter_model.safetensors or adapter_model.bin in ${withoutWeights.join(", ")}: no weights to compare`;
    findings.add("warning", "CONFIG_WITHOUT_ADAPTER", run.folder, message);
  }
  const config = configOf(run, saves, findings);
  for (const { code, message } of config?.notes ?? []) findings.add("warning", code, run.folder, message);
  const furthest = saves.filter(({ state }) => state).sort((left, right) => globalStep(left) - globalStep(right));
  const last = furthest.at(-1);
  return {
    name: run.name,
    folder: run.folder,
    baseModels: new Set(saves.flatMap(({ config }) => config?.baseModel ?? [])),
    config,
    layers: [...layers.values()],
    checkpoints: checkpointsOf(run, checkpoints, last?.state, findings),
    series: seriesOf(furthest, run, findings),
    state: last?.state ?? null,
    stateFile: last?.stateFile ?? "",
  };
}

/** How the tensors of each kind are called in a message. */
const KINDS: Readonly<Record<UncomparedKind, string>> = {
  DORA_MAGNITUDE: "DoRA magnitudes (only the direction B A is compared)",
  BIAS: "biases",
  MODULE_TO_SAVE: "of modules_to_save",
  OTHER: "others",
};

function notCompared(tensors: readonly UncomparedTensor[]): string {
  const counts = Object.entries(KINDS).flatMap(([kind, words]) => {
    const count = tensors.filter((tensor) => tensor.kind === kind).length;
    return count > 0 ? [`${count} ${words}`] : [];
  });
  const quoted = tensors.slice(0, QUOTED_NAMES).map(({ name }) => name);
  const names = `${quoted.join(", ")}${tensors.length > QUOTED_NAMES ? ", ..." : ""}`;
  return `${tensors.length} tensors are no adapter factors and are not compared: ${counts.join(", ")}: ${names}`;
}

/** A save's folder as seen from its run's. */
const inside = (run: RunFolder, folder: string) => path.posix.relative(run.folder, folder) || ".";

const globalStep = ({ state }: Save) => state?.globalStep ?? -1;

function configOf({ folder }: RunFolder, saves: readonly Save[], findings: Findings): AdapterConfig | null {
  const ordered = [...saves].sort((left, right) => order(left) - order(right)).filter(({ config }) => config);
  const last = ordered.at(-1)?.config;
  const differs = ordered.some(({ config }) => JSON.stringify(config?.settings) !== JSON.stringify(last?.settings));
  if (differs) {
    findings.add(
      "warning",
      "ADAPTER_CONFIGS_DIFFER",
      folder,
      "its saves have different adapter_config.json; the run is taken to be what the last says",
    );
  }
  return last ?? null;
}

/** Checkpoints by step, the run's end after them. */
const order = ({ step, isFinal }: { readonly step: number | null; readonly isFinal: boolean }) =>
  isFinal ? Infinity : (step ?? -1);

/** Merges saves of the same bytes, and marks the last checkpoint final where training ended with it. */
function checkpointsOf(
  run: RunFolder,
  found: readonly CheckpointRecord[],
  state: TrainerState | undefined,
  findings: Findings,
): CheckpointRecord[] {
  const byHash = new Map<string, CheckpointRecord>();
  for (const checkpoint of found) {
    const same = byHash.get(checkpoint.hash);
    const merged = same === undefined ? checkpoint : merge(same, checkpoint);
    byHash.set(checkpoint.hash, merged);
    if (same !== undefined)
      findings.add(
        "info",
        "SAME_BYTES",
        run.folder,
        `${merged.folders.map((save) => inside(run, save)).join(" and ")} hold the same weights: one checkpoint`,
      );
  }
  const checkpoints = [...byHash.values()].sort((left, right) => order(left) - order(right));
  const last = checkpoints.at(-1);
  const ended = state !== undefined && state.maxSteps !== null && state.globalStep >= state.maxSteps;
  if (last === undefined || last.isFinal || !ended || last.step !== state.globalStep) return checkpoints;
  return [...checkpoints.slice(0, -1), { ...last, isFinal: true }];
}

function merge(one: CheckpointRecord, other: CheckpointRecord): CheckpointRecord {
  return {
    ...one,
    step: one.step ?? other.step,
    isFinal: one.isFinal || other.isFinal,
    folders: [...one.folders, ...other.folders],
  };
}

/** The curves of the state that went furthest; earlier states add only curves that it lacks. */
function seriesOf(furthest: readonly Save[], { folder }: RunFolder, findings: Findings): SeriesRecord[] {
  const series = new Map(furthest.flatMap(({ state }) => state?.series ?? []).map((curve) => [curve.name, curve]));
  const broken = [...series.values()].filter(({ values }) => !values.every(Number.isFinite)).map(({ name }) => name);
  if (broken.length > 0) {
    findings.add(
      "warning",
      "NON_FINITE_VALUES",
      folder,
      `NaN or infinity was logged in ${broken.join(", ")}; the points are kept and given as null`,
    );
  }
  return [...series.values()];
}
