// `npm run formats [-- --speed]`: reads the fixtures that real tools wrote, and prints what was read of each. With --speed, it also
// prints the rates at which a TensorBoard event file of 50 MB is read, and at which 2,000 runs are imported.
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import type { Evidence } from "#src/import/formats/evidence.js";
import { RUN_FORMATS, TABLE_FORMATS } from "#src/import/formats/result-formats.js";
import { fixtureFile } from "../tests/support/fixture-file.js";
import { printEventFileRate } from "./bench/event-file-rate.js";
import { printImportRate } from "./bench/import-rate.js";
import { print } from "./bench/print.js";

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

const fixtures = (await readdir(fixtureFile())).sort();
const rows = (await Promise.all(fixtures.map(rowsOfFixture))).flat();
print("Formats", "files that the named tools wrote", [["format", "written by", "file", "read"], ...rows]);
if (process.argv.includes("--speed")) {
  await printEventFileRate();
  await printImportRate();
}
