// `npm run formats [-- --speed]`: reads the fixtures that real tools wrote, and prints what was read of each. With --speed, it also
// prints the rates at which a TensorBoard event file of 50 MB is read, and at which 2,000 runs are imported.
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Evidence } from "#src/import/formats/evidence.js";
import { RUN_FORMATS, TABLE_FORMATS } from "#src/import/formats/result-formats.js";
import { readEventFile } from "#src/import/tensorboard/read-event-file.js";
import { eventFileOf } from "../tests/support/event-file.js";
import { fixtureFile } from "../tests/support/fixture-file.js";
import { printImportRate } from "./bench/import-rate.js";
import { print } from "./bench/print.js";

/** Points of a file of about 50 MB. */
const SPEED_POINTS = 900_000;
const SPEED_TAGS = ["train/loss", "train/grad_norm", "train/learning_rate", "train/epoch"];
const MEGABYTE = 1e6;

/** Returns a row per file that gives evidence. */
async function rowsOfFixture(fixture: string): Promise<string[][]> {
  const root = fixtureFile(fixture);
  const madeBy = Object.entries(JSON.parse(await readFile(path.join(root, "made-by.json"), "utf8")) as object);
  const tools = madeBy.map(([tool, version]) => `${tool} ${String(version)}`).join(", ");
  const files = (await readdir(root, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const rows: string[][] = [];
  for (const { name, parentPath } of files) {
    const file = path.join(parentPath, name);
    const where = path.posix.join(fixture, path.relative(root, file));
    const format = [...RUN_FORMATS, ...TABLE_FORMATS].find((candidate) => candidate.recognises(name, where));
    const evidence: readonly Evidence[] =
      name === "made-by.json" ? [] : ((await format?.read({ path: file, where })) ?? []);
    if (evidence.length > 0) rows.push([format?.name ?? "", tools, name, summaryOf(evidence)]);
  }
  return rows;
}

/** Returns the number of runs, settings, metrics and curves. */
function summaryOf(evidence: readonly Evidence[]): string {
  const counts = { runs: 0, adapters: 0, settings: 0, metrics: 0, curves: 0, evaluations: 0, predictions: 0 };
  for (const part of evidence) {
    if (part.kind === "namedRun" || part.kind === "evaluatedRun") counts.runs += 1;
    if (part.kind === "evaluatedRun") counts.evaluations += part.evaluations.length;
    if (part.kind === "evaluatedRun") counts.predictions += part.predictions.reduce((sum, { n }) => sum + n, 0);
    if (part.kind === "adapterWeights") counts.adapters += 1;
    if (part.kind === "namedRun" || part.kind === "settings") counts.settings += part.settings.length;
    if (part.kind === "namedRun" || part.kind === "metrics") counts.metrics += part.metrics.length;
    if (part.kind === "namedRun" || part.kind === "curves") counts.curves += part.curves.length;
  }
  const present = Object.entries(counts).filter(([, count]) => count > 0);
  return present.map(([name, count]) => `${count} ${name}`).join(", ");
}

/** Prints the rate of reading, by wall time and by this process's time on the processor. */
async function printSpeed(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "rankscope-formats-"));
  try {
    const file = path.join(folder, "events.out.tfevents.1");
    const points = Array.from({ length: SPEED_POINTS }, (_, i) => ({
      tag: SPEED_TAGS[i % SPEED_TAGS.length] ?? "",
      step: Math.floor(i / SPEED_TAGS.length),
      value: i / SPEED_POINTS,
    }));
    const bytes = eventFileOf(points);
    await writeFile(file, bytes);
    const cpu = process.cpuUsage();
    const start = performance.now();
    await readEventFile(file, "events");
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const megabytes = bytes.length / MEGABYTE;
    const cpuSeconds = (user + system) / 1e6;
    const rate = (time: number): string => `${(megabytes / time).toFixed(1)} MB/s`;
    print("TensorBoard event file", `${megabytes.toFixed(0)} MB, ${SPEED_POINTS} points`, [
      ["by wall time", rate(seconds)],
      ["by processor time", rate(cpuSeconds)],
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

const fixtures = (await readdir(fixtureFile())).sort();
const rows = (await Promise.all(fixtures.map(rowsOfFixture))).flat();
print("Formats", "files that the named tools wrote", [["format", "written by", "file", "read"], ...rows]);
if (process.argv.includes("--speed")) {
  await printSpeed();
  await printImportRate();
}
