import { lstat, realpath } from "node:fs/promises";
import path from "node:path";
import { failure } from "../errors.js";
import { classifyFiles } from "./folder/classify-files.js";
import { experimentOf } from "./assemble/experiment.js";
import { filesBelow, type FilesBelow } from "./folder/list-files.js";
import { openFindings, type Findings } from "./findings.js";
import { compareLayers } from "./adapter/layer-name.js";
import { MAX_TEXT_BYTES, QUOTED_NAMES } from "./limits.js";
import { readRun, type RunReading } from "./assemble/read-run.js";
import { readTables, type TableReading } from "./assemble/read-tables.js";
import type { ExperimentRecord, LayerRecord, ReportProgress, StudyRecord } from "../model/records.js";
import { openRoundings, type Roundings } from "./assemble/roundings.js";
import { runFolders } from "./folder/group-runs.js";

export interface ReadStudyOptions {
  /** Display name; the folder's own name by default. */
  readonly name?: string;
  /**
   * What messages call the folder. With it the folder is a real path that somebody has checked: it is not resolved again,
   * and a link that took its place meanwhile is not followed.
   */
  readonly where?: string | undefined;
  readonly report?: ReportProgress;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds the runs and tables anywhere below `folder` and puts them together into one study. A file that cannot be used is
 * among the findings, and the rest is read without it.
 *
 * @throws FOLDER_NOT_FOUND, FOLDER_EMPTY, TOO_MANY_FILES, FILE_CHANGED, SEVERAL_BASE_MODELS
 */
export async function readStudyFolder(folder: string, options: ReadStudyOptions = {}): Promise<StudyRecord> {
  const { report = () => undefined, signal, where = folder } = options;
  const below = await filesBelow(options.where === undefined ? await resolved(folder) : folder, where, signal);
  const { saves, tables, others } = classifyFiles(below.files);
  if (saves.size === 0 && tables.length === 0) {
    throw failure("FOLDER_EMPTY", {
      where,
      received: `${below.files.length} files, none of a kind that is known`,
    });
  }
  await requireTextFits(
    below.folder,
    [...saves.values()].flatMap(({ config, state }) => [config, state]),
    tables,
    where,
  );
  const findings = openFindings();
  const name = options.name ?? path.basename(below.folder);

  const total = [...saves.values()].filter(({ weights }) => weights !== undefined).length;
  let done = 0;
  const runs: RunReading[] = [];
  for (const run of runFolders(saves.keys(), path.basename(below.folder))) {
    signal?.throwIfAborted();
    const onWeights = (file: string) => report({ done: done++, total, message: `reading ${file}` });
    const reading = await readRun(below.folder, run, saves, findings, onWeights, signal);
    runs.push(reading);
    const curves = `${reading.series.length} curves`;
    findings.add(
      "info",
      "RUN_FOUND",
      run.folder,
      `run ${run.name}: ${reading.checkpoints.length} checkpoints with weights, ${curves}`,
    );
  }
  report({ done: total, total, message: "reading tables" });
  const roundings = openRoundings();
  const rows = await readTables(below.folder, tables, findings, roundings);
  const experiments = join(runs, rows, findings, roundings);
  roundings.report(findings);
  notUnderstood(below, others, findings);

  return {
    name,
    baseModel: baseModelOf(where, runs, rows, findings),
    folder: below.folder,
    experiments,
    layers: layersOf(runs),
    findings: findings.list,
  };
}

async function resolved(folder: string): Promise<string> {
  return realpath(folder).catch((cause: unknown) => {
    throw failure("FOLDER_NOT_FOUND", { where: folder, cause });
  });
}

/** @throws TOO_MANY_FILES where what is read into memory does not fit */
async function requireTextFits(
  root: string,
  ofSaves: readonly (string | undefined)[],
  tables: readonly string[],
  where: string,
): Promise<void> {
  let total = 0;
  for (const file of [...ofSaves, ...tables]) {
    if (file === undefined) continue;
    total += await lstat(path.join(root, file)).then(
      ({ size }) => size,
      () => 0,
    );
  }
  if (total <= MAX_TEXT_BYTES) return;
  const received = `${total} bytes of tables, configurations and trainer states`;
  throw failure("TOO_MANY_FILES", { where, received, allowed: `${MAX_TEXT_BYTES} bytes` });
}

/** Runs with their rows: of the run's name, or of its last part where only one run ends so. */
function join(
  runs: readonly RunReading[],
  rows: ReadonlyMap<string, TableReading>,
  findings: Findings,
  roundings: Roundings,
): ExperimentRecord[] {
  const withoutRun = new Map(rows);
  const baseOf = ({ name }: RunReading) => path.posix.basename(name);
  const sharing = new Map<string, number>();
  for (const run of runs) sharing.set(baseOf(run), (sharing.get(baseOf(run)) ?? 0) + 1);
  const experiments = runs.map((run) => {
    const isOnly = sharing.get(baseOf(run)) === 1;
    const row = rows.get(run.name) ?? (isOnly ? rows.get(baseOf(run)) : undefined);
    if (row !== undefined) withoutRun.delete(row.experiment);
    return experimentOf(run.name, run, row, findings, roundings);
  });
  const tabled = [...withoutRun].map(([name, row]) => experimentOf(name, undefined, row, findings, roundings));
  return [...experiments, ...tabled].filter((experiment) => experiment !== undefined).sort(compareExperiments);
}

/** By rank, the less quantized first, which are the baselines: `16bit_r8` before `4bit_r8`; then seeds in order. */
function compareExperiments(left: ExperimentRecord, right: ExperimentRecord): number {
  const bits = ({ quantization }: ExperimentRecord) => quantization.bits ?? 0;
  return left.rank - right.rank || bits(right) - bits(left) || NATURAL.compare(left.name, right.name);
}

const NATURAL = new Intl.Collator("en", { numeric: true });

/** The layers of all runs. @throws SEVERAL_BASE_MODELS where a layer has two shapes, since one model has one */
function layersOf(runs: readonly RunReading[]): LayerRecord[] {
  const layers = new Map<string, LayerRecord>();
  for (const { folder, layers: ofRun } of runs) {
    for (const layer of ofRun) {
      const known = layers.get(layer.name);
      if (known === undefined) layers.set(layer.name, layer);
      else if (known.inFeatures !== layer.inFeatures || known.outFeatures !== layer.outFeatures) {
        const shapes = [known, layer]
          .map(({ inFeatures, outFeatures }) => `${outFeatures} x ${inFeatures}`)
          .join(" and ");
        throw failure("SEVERAL_BASE_MODELS", { where: folder, received: `layer ${layer.name} as ${shapes}` });
      }
    }
  }
  return [...layers.values()].sort(compareLayers);
}

/** @throws SEVERAL_BASE_MODELS */
function baseModelOf(
  folder: string,
  runs: readonly RunReading[],
  rows: ReadonlyMap<string, TableReading>,
  findings: Findings,
): string | null {
  const named = new Map<string, string>();
  for (const { baseModels, folder: place } of runs) {
    for (const model of baseModels) if (!named.has(model)) named.set(model, place || ".");
  }
  if (named.size > 1) {
    const received = [...named].map(([model, place]) => `${model} (in ${place})`).join(" and ");
    throw failure("SEVERAL_BASE_MODELS", { where: folder, received });
  }
  const [fromAdapters] = named.keys();
  const [fromTables, ...more] = new Set([...rows.values()].flatMap(({ modelName }) => modelName?.value ?? []));
  if (fromAdapters === undefined && more.length > 0) {
    const message = `the tables name several base models; ${fromTables} was kept, others are ${more.slice(0, QUOTED_NAMES).join(", ")}`;
    findings.add("warning", "CONFLICTING_VALUES", "", message);
  }
  return fromAdapters ?? fromTables ?? null;
}

/** One finding a kind of file, with how many there are. */
function notUnderstood(
  { links, linksOut, special, unreadable }: FilesBelow,
  others: readonly string[],
  findings: Findings,
): void {
  const quote = (names: readonly string[]) =>
    `${names.slice(0, QUOTED_NAMES).join(", ")}${names.length > QUOTED_NAMES ? ", ..." : ""}`;
  const byExtension = new Map<string, string[]>();
  for (const file of others) {
    const extension = path.posix.extname(file).toLowerCase() || "no extension";
    byExtension.set(extension, [...(byExtension.get(extension) ?? []), file]);
  }
  for (const [extension, names] of byExtension) {
    findings.add("info", "NOT_UNDERSTOOD", "", `${names.length} files (${extension}) were not read: ${quote(names)}`);
  }
  for (const place of unreadable)
    findings.add("error", "FILE_UNREADABLE", place, "the folder cannot be listed: check its permissions");
  if (links.length > 0) {
    const message = `${links.length} symbolic links were not followed, since what they lead to is read at its own place: ${quote(links)}`;
    findings.add("warning", "LINK_SKIPPED", "", message);
  }
  if (linksOut.length > 0) {
    const message = `${linksOut.length} symbolic links that lead out of the folder, or nowhere, were refused: ${quote(linksOut)}`;
    findings.add("warning", "LINK_REFUSED", "", message);
  }
  if (special.length > 0) {
    const message = `${special.length} pipes, sockets or devices were not opened: ${quote(special)}`;
    findings.add("warning", "SPECIAL_FILE_REFUSED", "", message);
  }
}
