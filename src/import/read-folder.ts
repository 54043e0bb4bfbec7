import { lstatSync } from "node:fs";
import { realpath } from "node:fs/promises";
import path from "node:path";
import { countOf } from "../model/count-of.js";
import { failure } from "../errors.js";
import { eventLoopTurn } from "../files/event-loop-turn.js";
import type { ExplainedRun, FolderRecord, ReportProgress, StudyRecord } from "../model/records.js";
import { assignByOutputFolder } from "./assemble/assign-by-output-folder.js";
import { baseModelOf, layersOf } from "./assemble/base-model.js";
import { joinAdapterEvaluations } from "./assemble/join-adapter-evaluations.js";
import { joinEvaluations } from "./assemble/join-evaluations.js";
import { joinExperiments } from "./assemble/join-experiments.js";
import { groupByModel } from "./assemble/group-by-model.js";
import { joinTables } from "./assemble/join-tables.js";
import { pairRunsWithRows } from "./assemble/pair-runs-with-rows.js";
import { createReadingMerger, type ReadingMerger } from "./assemble/reading-merger.js";
import { rankSettings } from "./assemble/resolve-settings.js";
import { readRun, type RunReading } from "./assemble/read-run.js";
import { statedDirections } from "./assemble/stated-settings.js";
import { unifyLayers } from "./assemble/unify-layers.js";
import { withRowsByRank } from "./assemble/rows-by-rank.js";
import type { SourcedSetting } from "./assemble/sourced-evidence.js";
import { createFindings, quoteNames, type Findings } from "./findings.js";
import { assignDescriptions, foldersWithoutRun } from "./folder/assign-descriptions.js";
import { classifyFiles, givesEvidence, type ClassifiedFiles } from "./folder/classify-files.js";
import { decideByContent } from "./folder/decide-by-content.js";
import { groupRuns, repositoryName, type RunFolder } from "./folder/group-runs.js";
import { modelFoldersOf } from "./base-model/model-folders.js";
import { withoutOtherSnapshots } from "./folder/hub-snapshots.js";
import { listFiles } from "./folder/list-files.js";
import { separateJobLogs } from "./folder/separate-job-logs.js";
import { reportSkippedFiles } from "./folder/report-skipped-files.js";
import { LORA_FILE } from "./formats/lora-file.js";
import { isPredictionFormat } from "./formats/predictions.js";
import { RUN_FORMATS, TABLE_FORMATS } from "./formats/result-formats.js";
import { MAX_TEXT_BYTES } from "./limits.js";
import type { PathOf } from "./tensors/list-weights.js";

export interface ReadFolderOptions {
  /** Display name; by default the folder's name. */
  readonly name?: string;
  /**
   * Name of the folder in messages. If it is given, the folder must be a real path that was checked before: it is not
   * resolved again, and a link that replaced it is not followed.
   */
  readonly where?: string | undefined;
  /** Branch, tag or commit of a repository in the hub's cache; undefined for the one that `refs/main` names. */
  readonly revision?: string | undefined;
  /** Name of a run whose settings are returned with all their sources. */
  readonly explain?: string | undefined;
  readonly report?: ReportProgress;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads all runs and tables below `folder` and joins them into one study per base model. A file that cannot be used becomes a
 * finding; the rest is read without it.
 *
 * @throws FOLDER_NOT_FOUND, FOLDER_EMPTY, TOO_MANY_FILES, FILE_CHANGED, HUB_REPOSITORY_MISSING
 */
export async function readFolder(folder: string, options: ReadFolderOptions = {}): Promise<FolderRecord> {
  const { report = () => undefined, signal, where = folder } = options;
  const listed = await listFiles(options.where === undefined ? await resolveFolder(folder) : folder, where, signal);
  const root = listed.folder;
  const pathOf: PathOf = (file) => path.join(root, listed.followed.get(file) ?? file);
  const candidates = classifyFiles(await withoutOtherSnapshots(listed.files, pathOf, options));
  requireResults(candidates, listed.files.length, where);
  await requireTextFits(pathOf, candidates, where);
  const decided = await decideByContent(candidates, pathOf, signal);
  const classified = await separateJobLogs(decided, pathOf, signal);

  const findings = createFindings();
  const runs = await readRuns({ root, pathOf }, classified, findings, report, signal);
  report({ stage: "reading tables", done: runs.weightFiles, total: runs.weightFiles, message: "reading tables" });
  const merger = createReadingMerger(findings);
  const joined = await joinTables(pathOf, classified.tables, findings, merger, runs.readings, path.basename(root));
  const tables = joinEvaluations(joined, runs.readings, findings, merger);
  const described = withRowsByRank(pairRunsWithRows(runs.readings, tables.rows), tables.byRank, findings);
  const name = options.name ?? repositoryName(path.basename(root));
  let explained: ExplainedRun | null = null;
  const onSettings = (run: string, candidates: readonly SourcedSetting[]): void => {
    if (run === options.explain) explained = { run, settings: rankSettings(candidates), contradictedMetrics: [] };
  };
  const metricDirections = statedDirections(tables.stated, findings);
  const studies = groupByModel(described, findings)
    .map((members) => unifyLayers(members, findings))
    .map((members) => ({
      name,
      baseModel: baseModelOf(members, findings),
      folder: root,
      experiments: joinExperiments(members, tables.stated, findings, merger, onSettings),
      layers: layersOf(members),
      metricDirections,
    }));
  merger.reportRoundings();
  reportSkippedFiles(listed, [...classified.others, ...runs.otherFiles], findings);
  return {
    folder: root,
    studies: studies.filter(({ experiments }) => experiments.length > 0),
    findings: findings.list,
    modelFolders: modelFoldersOf(listed.files),
    explained: withContradictions(explained, studies, merger),
  };
}

/** Adds the values of the run's metrics that were not kept. */
function withContradictions(
  explained: ExplainedRun | null,
  studies: readonly StudyRecord[],
  merger: ReadingMerger,
): ExplainedRun | null {
  if (explained === null) return null;
  const runs = studies.flatMap(({ experiments }) => experiments.filter(({ name }) => name === explained.run));
  const contradictedMetrics = runs.flatMap(({ metrics }) =>
    metrics.flatMap(({ name }) =>
      merger
        .contradictedOf(`${explained.run}, ${name}`)
        .map(({ value, source }) => ({ name, value: Number(value), source })),
    ),
  );
  return { ...explained, contradictedMetrics };
}

async function resolveFolder(folder: string): Promise<string> {
  return realpath(folder).catch((cause: unknown) => {
    throw failure("FOLDER_NOT_FOUND", { where: folder, cause });
  });
}

/** @throws FOLDER_EMPTY if no file has a known format */
function requireResults({ saves, descriptions, tables }: ClassifiedFiles, fileCount: number, where: string): void {
  if (saves.size > 0 || descriptions.length > 0 || tables.length > 0) return;
  const names = [...RUN_FORMATS, ...TABLE_FORMATS].map(({ name }) => name);
  throw failure("FOLDER_EMPTY", {
    where,
    received: `${fileCount} files, none in a known format`,
    allowed: names.join(", "),
  });
}

/** @throws TOO_MANY_FILES if the files that are read into memory are too large together */
async function requireTextFits(
  pathOf: PathOf,
  { saves, descriptions, tables }: ClassifiedFiles,
  where: string,
): Promise<void> {
  const runFiles = [...saves.values()].flat();
  const textFiles = runFiles.filter(
    (file) => !givesEvidence(file, "adapterWeights") && !givesEvidence(file, "weightShard"),
  );
  let total = 0;
  const tableFiles = tables.filter(({ format }) => !isPredictionFormat(format));
  const files = new Set([...textFiles, ...descriptions, ...tableFiles].map(({ file }) => file));
  for (const file of files) {
    await eventLoopTurn();
    total += sizeOf(pathOf(file));
  }
  if (total <= MAX_TEXT_BYTES) return;
  const received = `${total} bytes of tables, configurations and trainer states`;
  throw failure("TOO_MANY_FILES", { where, received, allowed: `${MAX_TEXT_BYTES} bytes` });
}

/** Returns a file's size in bytes; 0 if it is gone by now, which becomes a finding when it is read. */
function sizeOf(path: string): number {
  try {
    return lstatSync(path).size;
  } catch {
    return 0;
  }
}

/** Reads all runs, one after the other, and reports each weight file as it is reached. */
async function readRuns(
  { root, pathOf }: { readonly root: string; readonly pathOf: PathOf },
  { saves, descriptions }: ClassifiedFiles,
  findings: Findings,
  report: ReportProgress,
  signal: AbortSignal | undefined,
): Promise<{ readings: RunReading[]; weightFiles: number; otherFiles: string[] }> {
  const hasWeights = [...saves.values()].filter((files) => files.some((file) => givesEvidence(file, "adapterWeights")));
  const total = hasWeights.length;
  let done = 0;
  const onWeights = (file: string): void => {
    report({ stage: "reading runs", done, total, message: `reading ${file}` });
    done += 1;
  };
  const readings: RunReading[] = [];
  const otherFiles: string[] = [];
  const runs = groupRunsWithDescriptions(saves, descriptions, path.basename(root));
  const { byRun, shared } = await assignByOutputFolder(
    runs,
    assignDescriptions(runs, descriptions),
    (run) => run.saves.some(({ folder }) => saves.has(folder)),
    { pathOf, studyName: path.basename(root) },
  );
  reportSharedFiles(shared, findings);
  for (const run of runs) {
    signal?.throwIfAborted();
    const reading = await readRun(run, saves, byRun.get(run.folder) ?? [], { pathOf, findings, onWeights, signal });
    if (isDescriptionOnly(run, saves, reading)) continue;
    if (isOtherFile(run, saves, reading)) {
      for (const { file } of run.saves.flatMap(({ folder }) => saves.get(folder) ?? [])) otherFiles.push(file);
      continue;
    }
    readings.push(reading);
    const { checkpoints, series } = reading;
    const message = `Run ${run.name}: ${countOf(checkpoints.length, "checkpoint")} with weights, ${countOf(series.length, "curve")}.`;
    findings.add("info", "RUN_FOUND", run.folder, message);
  }
  return { readings: joinAdapterEvaluations(readings, path.basename(root)), weightFiles: total, otherFiles };
}

/** Groups runs. A folder with files that describe a run, and no run in, above or below it, is a run without an adapter. */
function groupRunsWithDescriptions(
  saves: ClassifiedFiles["saves"],
  descriptions: ClassifiedFiles["descriptions"],
  studyName: string,
): RunFolder[] {
  const runs = groupRuns(saves.keys(), studyName);
  const further = foldersWithoutRun(runs, descriptions);
  return further.length === 0 ? runs : groupRuns([...saves.keys(), ...further], studyName);
}

/** A configuration alone, without metrics and curves, is not a run. */
function isDescriptionOnly(
  { saves: folders }: RunFolder,
  saves: ClassifiedFiles["saves"],
  reading: RunReading,
): boolean {
  if (folders.some(({ folder }) => saves.has(folder))) return false;
  return reading.series.length === 0 && reading.gathered.metrics.length === 0;
}

/** Returns whether the run is safetensors files alone that hold no adapter, such as those of a whole model. */
function isOtherFile({ saves: folders }: RunFolder, saves: ClassifiedFiles["saves"], reading: RunReading): boolean {
  const files = folders.flatMap(({ folder }) => saves.get(folder) ?? []);
  const { config, checkpoints, series, gathered } = reading;
  if (files.length === 0 || files.some(({ format }) => format !== LORA_FILE)) return false;
  return config === null && checkpoints.length === 0 && series.length === 0 && gathered.metrics.length === 0;
}

function reportSharedFiles(shared: ClassifiedFiles["descriptions"], findings: Findings): void {
  if (shared.length === 0) return;
  const message = `${countOf(shared.length, "file lies above several runs and does not say", "files lie above several runs, and none says")} which run it describes: ${quoteNames(shared.map(({ file }) => file))}`;
  findings.add("info", "FILE_OF_NO_RUN", "", message);
}
