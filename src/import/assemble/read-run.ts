import type { CheckpointRecord, LayerRecord, SeriesRecord } from "../../model/records.js";
import type { Adapter } from "../adapter/read-adapter.js";
import type { Findings } from "../findings.js";
import { largest } from "../../model/extremes.js";
import { givesEvidence, type DescribingFile, type RecognisedFile } from "../folder/classify-files.js";
import type { RunFolder } from "../folder/group-runs.js";
import type { SaveFolder } from "../folder/save-folder.js";
import type { AdapterConfig, AdapterWeights, RunEvidence, TrainingLog } from "../formats/evidence.js";
import { folderInRun, mergeCheckpoints, saveOrder } from "./merge-checkpoints.js";
import { mergeCurves } from "./merge-curves.js";
import { chooseWeights, readWeights, type ReadContext } from "./read-weights.js";
import { reportEvidence } from "./report-evidence.js";
import { gatherEvidence, noEvidence, type GatheredEvidence } from "./sourced-evidence.js";

/** The content of the folders of one run. */
export interface RunReading {
  readonly name: string;
  readonly folder: string;
  /** Folders with evaluations of the run's adapter. */
  readonly evaluationFolders?: readonly string[];
  /** Base models that its configurations name: more than one only if the folder mixes runs. */
  readonly baseModels: ReadonlySet<string>;
  /** Configuration of the last save that has one; null if none has. */
  readonly config: AdapterConfig | null;
  readonly layers: readonly LayerRecord[];
  readonly checkpoints: readonly CheckpointRecord[];
  readonly series: readonly SeriesRecord[];
  /** The training log with the most steps; null if there is none. */
  readonly log: SourcedLog | null;
  /** Settings, metrics and curves of the files that describe the run. `series` has the merged curves. */
  readonly gathered: GatheredEvidence;
}

/** A training log and the file that it was read from. */
interface SourcedLog extends TrainingLog {
  readonly file: string;
}

/** The files of one save, after they were read. */
interface Save extends SaveFolder {
  readonly config: AdapterConfig | undefined;
  readonly logs: readonly SourcedLog[];
  readonly adapter: Adapter | undefined;
  /** Whether the folder has a configuration but no weights. */
  readonly lacksWeights: boolean;
}

type RunFile = RecognisedFile<RunEvidence>;

/**
 * Reads a run's configurations, weights, settings, metrics and curves. A file that cannot be read becomes a finding.
 *
 * @param files of the saves, by folder
 * @param descriptions further files that describe the run
 */
export async function readRun(
  run: RunFolder,
  files: ReadonlyMap<string, readonly RunFile[]>,
  descriptions: readonly DescribingFile[],
  context: ReadContext,
): Promise<RunReading> {
  const saves: Save[] = [];
  const gathered = noEvidence();
  const isRunConfig = (file: DescribingFile): boolean => givesEvidence(file, "runAdapterConfig");
  const runConfig = await readDescriptions(descriptions.filter(isRunConfig), gathered, context);
  for (const folder of run.saves) {
    context.signal?.throwIfAborted();
    const read = await readSaves(folder, files.get(folder.folder) ?? [], { gathered, runConfig, context });
    for (const save of read) saves.push(save);
  }
  await readDescriptions(
    descriptions.filter((file) => !isRunConfig(file)),
    gathered,
    context,
  );
  const { findings } = context;
  reportMissingWeights(run, saves, findings);
  const config = lastConfig(run, saves, findings);
  for (const { code, message } of config?.notes ?? []) findings.add("warning", code, run.folder, message);
  const logs = saves.flatMap((save) => save.logs).sort(compareLogs);
  const log = logs.at(-1) ?? null;
  return {
    name: run.name,
    folder: run.folder,
    baseModels: new Set(saves.flatMap((save) => save.config?.baseModel ?? [])),
    config,
    layers: layersOf(saves),
    checkpoints: mergeCheckpoints(run, saves.flatMap(checkpointOf), log, findings),
    series: seriesOf(logs, gathered, run, findings),
    log,
    gathered,
  };
}

/** Sorts the log with the most steps last, and of two logs of one step the one with more closing figures. */
function compareLogs(left: SourcedLog, right: SourcedLog): number {
  return left.globalStep - right.globalStep || left.summary.size - right.summary.size;
}

/** Reads files that describe a run and adds what they say to `gathered`. Returns the configuration of its adapters, if they state one. */
async function readDescriptions(
  descriptions: readonly DescribingFile[],
  gathered: GatheredEvidence,
  { pathOf, findings, signal }: ReadContext,
): Promise<AdapterConfig | undefined> {
  let config: AdapterConfig | undefined;
  for (const { file, format, evidence: known } of descriptions) {
    signal?.throwIfAborted();
    const source = { path: pathOf(file), where: file };
    for (const evidence of known ?? (await findings.guard(file, () => format.read(source))) ?? []) {
      gatherEvidence(gathered, evidence, file);
      reportEvidence(evidence, file, findings);
      if (evidence.kind === "runAdapterConfig") config = evidence.config;
    }
  }
  return config;
}

/** Reads the files of one folder of a run: the folder's save, and one for each weight file with a step or an epoch in its name. */
async function readSaves(
  save: SaveFolder,
  files: readonly RunFile[],
  {
    gathered,
    runConfig,
    context,
  }: {
    readonly gathered: GatheredEvidence;
    readonly runConfig: AdapterConfig | undefined;
    readonly context: ReadContext;
  },
): Promise<Save[]> {
  let config: AdapterConfig | undefined;
  const logs: SourcedLog[] = [];
  const weights: AdapterWeights[] = [];
  const shards: string[] = [];
  for (const { file, format } of files) {
    const source = { path: context.pathOf(file), where: file };
    for (const evidence of (await context.findings.guard(file, () => format.read(source))) ?? []) {
      gatherEvidence(gathered, evidence, file);
      reportEvidence(evidence, file, context.findings);
      switch (evidence.kind) {
        case "adapterConfig":
          config = evidence.config;
          break;
        case "trainingLog":
          logs.push({ ...evidence.log, file });
          break;
        case "adapterWeights":
          weights.push(evidence.weights);
          break;
        case "weightShard":
          shards.push(file);
          break;
        case "settings":
        case "metrics":
        case "curves":
        case "evaluations":
        case "restarts":
        case "refusal":
        case "damage":
      }
    }
  }
  const ofFolder = weights.filter(({ step, epoch }) => step === null && epoch === null);
  const numbered = weights.filter((candidate) => !ofFolder.includes(candidate));
  const chosen = chooseWeights(ofFolder, shards, context.findings);
  const hasConfigFile = files.some((file) => givesEvidence(file, "adapterConfig"));
  const configOf = (candidate: AdapterWeights): AdapterConfig | undefined => candidate.config ?? config ?? runConfig;
  const read = (candidate: AdapterWeights): Promise<Adapter | undefined> => {
    const used = configOf(candidate);
    return readWeights(candidate.source, used, hasConfigFile || used !== undefined, context);
  };
  const saves: Save[] = [
    {
      ...save,
      config: chosen === undefined ? config : configOf(chosen),
      logs,
      adapter: chosen && (await read(chosen)),
      lacksWeights: chosen === undefined && numbered.length === 0 && config !== undefined,
    },
  ];
  // The save of the last epoch is the end of the run, if no other save is.
  const lastEpoch = chosen === undefined ? largest(numbered.map(({ epoch }) => epoch ?? -1)) : Infinity;
  for (const candidate of numbered) {
    const { source, step, epoch } = candidate;
    saves.push({
      folder: source.file,
      step,
      epoch,
      isFinal: epoch !== null && epoch === lastEpoch,
      config: configOf(candidate),
      logs: [],
      adapter: await read(candidate),
      lacksWeights: false,
    });
  }
  return saves;
}

function reportMissingWeights(run: RunFolder, saves: readonly Save[], findings: Findings): void {
  const folders = saves.filter(({ lacksWeights }) => lacksWeights).map(({ folder }) => folderInRun(run, folder));
  const places = folders.map((folder) => (folder === "." ? "the run's folder" : folder)).join(", ");
  if (folders.length === 0) return;
  findings.add(
    "warning",
    "CONFIG_WITHOUT_ADAPTER",
    run.folder,
    `There are no weights to compare: adapter_config.json has no weights beside it in ${places} (PEFT's ` +
      "adapter_model.safetensors or adapter_model.bin, or MLX-LM's adapters.safetensors).",
  );
}

/** Returns the configuration of the last save. */
function lastConfig({ folder }: RunFolder, saves: readonly Save[], findings: Findings): AdapterConfig | null {
  const configs = [...saves]
    .sort((left, right) => saveOrder(left) - saveOrder(right))
    .flatMap(({ config }) => config ?? []);
  const last = configs.at(-1);
  const differ = configs.some(({ settings }) => JSON.stringify(settings) !== JSON.stringify(last?.settings));
  if (differ) {
    findings.add(
      "warning",
      "ADAPTER_CONFIGS_DIFFER",
      folder,
      "The saves of this run have different adapter_config.json. The run's settings are those of the last save.",
    );
  }
  return last ?? null;
}

/** Returns each layer once. Two shapes of one layer stay two; they are refused when all runs are compared. */
function layersOf(saves: readonly Save[]): LayerRecord[] {
  const layers = saves.flatMap(({ adapter }) => adapter?.layers ?? []);
  return [...new Map(layers.map((layer) => [JSON.stringify(layer), layer])).values()];
}

function checkpointOf({ step, isFinal, folder, adapter }: Save): CheckpointRecord[] {
  if (adapter === undefined) return [];
  const { hash, files, factors, uncompared } = adapter;
  return [{ step, isFinal, folders: [folder], hash, files, factors, uncompared }];
}

/** Returns the curves of the training log with the most steps, and those that only other logs have. */
function seriesOf(
  logs: readonly SourcedLog[],
  { curves }: GatheredEvidence,
  { folder }: RunFolder,
  findings: Findings,
): SeriesRecord[] {
  const series = mergeCurves(
    logs.map((log) => log.series.map((curve) => ({ ...curve, source: log.file }))),
    curves,
  );
  const broken = series.filter(({ values }) => !values.every(Number.isFinite)).map(({ name }) => name);
  if (broken.length > 0) {
    findings.add(
      "warning",
      "NON_FINITE_VALUES",
      folder,
      `NaN or infinity was logged in ${broken.join(", ")}. The points are kept and returned as null.`,
    );
  }
  return series;
}
