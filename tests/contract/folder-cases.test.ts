import { cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { degradation } from "#src/derive/degradation/degradation.js";
import type { CheckpointRecord, ExperimentRecord, StudyRecord } from "#src/model/records.js";
import { denseUpdate, figuresOf } from "../support/dense-update.js";
import { readStudy } from "../support/read-study.js";
import { temporaryFolder } from "../support/temporary-folder.js";

/** Made-up folders of several tools with the right answers. They are not part of the repository. */
const CASES = fileURLToPath(new URL("../../../shared/cases", import.meta.url));

interface ExpectedRun {
  readonly bits?: number;
  readonly scheme?: string | null;
  readonly label?: string;
  readonly method?: string;
  readonly rank?: number;
  readonly seed?: number;
  readonly assumed?: boolean;
  readonly checkpoints?: number;
  readonly finalCheckpoint?: string;
  readonly steps?: number;
  readonly trainingLoss?: number;
  readonly evalLoss?: number;
  readonly trainingTimeSeconds?: number;
  readonly peakMemoryMb?: number;
  readonly perplexity?: number;
  /** Norms of the final updates, by layer. */
  readonly norms?: Readonly<Record<string, number>>;
}

interface Expected {
  readonly study?: { readonly baseModel: string; readonly runs: number; readonly alias?: string };
  readonly runs?: number | Readonly<Record<string, ExpectedRun>>;
  readonly each?: ExpectedRun;
  readonly seeds?: readonly number[];
  readonly learningRates?: readonly number[];
  /** By `candidate against baseline`. */
  readonly degradationPercentTrainingLoss?: Readonly<Record<string, number>>;
}

async function expectedOf(name: string): Promise<Expected> {
  return JSON.parse(await readFile(path.join(CASES, name, "expect.json"), "utf8")) as Expected;
}

const METRICS = {
  trainingLoss: "training_loss",
  evalLoss: "eval_loss",
  trainingTimeSeconds: "training_time_seconds",
  peakMemoryMb: "peak_memory_mb",
  perplexity: "perplexity",
} as const;

/** Returns the values of a run that the case expects, under the names of the case. */
function factsOf(run: ExperimentRecord, wanted: ExpectedRun): Record<string, unknown> {
  const facts: Record<string, unknown> = {
    bits: run.quantization.bits,
    scheme: run.quantization.scheme,
    label: run.quantization.label,
    method: run.method,
    rank: run.rank,
    seed: run.seed,
    steps: run.steps,
    assumed: run.settings.some(({ field, certainty }) => field === "bits" && certainty === "ASSUMED"),
    checkpoints: run.checkpoints.length,
    finalCheckpoint: path.posix.basename(run.checkpoints.find(({ isFinal }) => isFinal)?.folders[0] ?? ""),
  };
  for (const [name, metric] of Object.entries(METRICS)) {
    facts[name] = run.metrics.find((candidate) => candidate.name === metric)?.value;
  }
  return Object.fromEntries(Object.keys(wanted).flatMap((name) => (name in facts ? [[name, facts[name]]] : [])));
}

/** Compares the norms of a run's final updates with expected ones, which float64 computed from the same factors. */
async function requireNorms(run: ExperimentRecord, norms: Readonly<Record<string, number>>): Promise<void> {
  const final = run.checkpoints.find(({ isFinal }) => isFinal);
  expect(final?.factors.map(({ layer }) => layer).sort()).toEqual(Object.keys(norms).sort());
  for (const factors of final?.factors ?? []) {
    const { squaredNorm } = figuresOf(await denseUpdate(final as CheckpointRecord, factors));
    expect(Math.abs(Math.sqrt(squaredNorm) / (norms[factors.layer] ?? NaN) - 1)).toBeLessThan(1e-10);
  }
}

/** Returns the degradation of the training loss from a baseline to a candidate in percent. */
function degradationOf(study: StudyRecord, candidate: string, baseline: string): number | null {
  const lossOf = (name: string) => {
    const run = study.experiments.find((experiment) => experiment.name === name);
    return run?.metrics.find((metric) => metric.name === "training_loss")?.value ?? NaN;
  };
  const rule = { metric: "training_loss", thresholdPercent: 5, twoSided: false };
  return degradation([lossOf(baseline)], [lossOf(candidate)], rule).percent;
}

function requireRuns(study: StudyRecord, expected: Expected): void {
  if (typeof expected.runs === "number") expect(study.experiments).toHaveLength(expected.runs);
  else {
    for (const [name, wanted] of Object.entries(expected.runs ?? {})) {
      const run = study.experiments.find((experiment) => experiment.name === name);
      if (run === undefined)
        throw new Error(`${name} is not among ${study.experiments.map((one) => one.name).join(", ")}`);
      const compared = factsOf(run, wanted);
      expect(compared, name).toEqual(
        Object.fromEntries(Object.keys(compared).map((key) => [key, wanted[key as keyof ExpectedRun]])),
      );
    }
  }
}

describe.skipIf(!existsSync(CASES))("a folder as tools and people leave it (skipped without ../shared/cases)", () => {
  test.each([
    "base-named-by-path",
    "base-named-by-quantization",
    "closing-figures-in-the-root-state",
    "mlx-adapter",
    "one-folder-an-epoch",
    "quantization-labels",
    "result-files-of-the-trainer",
    "seeds-in-table",
    "sweep-with-dot-folders",
    "table-by-rank-alone",
    "table-load-in-4bit",
  ])("%s", async (name) => {
    const expected = await expectedOf(name);
    const study = await readStudy(path.join(CASES, name, "input"));
    requireRuns(study, expected);
    if (expected.study !== undefined) {
      expect(study.baseModel).toBe(expected.study.baseModel);
      expect(study.experiments).toHaveLength(expected.study.runs);
      const names = study.findings.filter(({ code }) => code === "BASE_MODEL_NAMES").map(({ message }) => message);
      if (expected.study.alias !== undefined) expect(names).toEqual([expect.stringContaining(expected.study.alias)]);
    }
    if (expected.each !== undefined) {
      for (const run of study.experiments) expect(factsOf(run, expected.each)).toEqual(expected.each);
    }
    const byName = [...study.experiments].sort((left, right) => (left.name < right.name ? -1 : 1));
    for (const [runs, percent] of Object.entries(expected.degradationPercentTrainingLoss ?? {})) {
      const [candidate = "", baseline = ""] = runs.split(" against ");
      expect(degradationOf(study, candidate, baseline)).toBeCloseTo(percent, 10);
    }
    for (const [run, { norms }] of typeof expected.runs === "object" ? Object.entries(expected.runs) : []) {
      const found = byName.find(({ name: ofRun }) => ofRun === run);
      if (norms !== undefined) await requireNorms(found as ExperimentRecord, norms);
    }
    if (expected.seeds !== undefined) expect(byName.map(({ seed }) => seed)).toEqual(expected.seeds);
    if (expected.learningRates !== undefined) {
      const rates = byName.map(({ settings }) => settings.find(({ field }) => field === "learning_rate")?.value);
      expect(rates).toEqual(expected.learningRates);
    }
  });

  test("hub-cache", async () => {
    const expected = await expectedOf("hub-cache");
    const layout = JSON.parse(await readFile(path.join(CASES, "hub-cache", "layout.json"), "utf8")) as Readonly<
      Record<"links" | "blobs" | "refs", Readonly<Record<string, string>>>
    >;
    const folder = await temporaryFolder();
    const resolvePath = async (file: string): Promise<string> => {
      const full = path.join(folder, file);
      await mkdir(path.dirname(full), { recursive: true });
      return full;
    };
    for (const [file, from] of Object.entries(layout.blobs))
      await cp(path.join(CASES, "hub-cache", from), await resolvePath(file));
    for (const [file, target] of Object.entries(layout.links)) await symlink(target, await resolvePath(file));
    for (const [file, revision] of Object.entries(layout.refs)) await writeFile(await resolvePath(file), revision);
    const study = await readStudy(path.join(folder, "input"));
    requireRuns(study, expected);
    expect(study.findings.filter(({ code }) => code.startsWith("LINK"))).toEqual([]);
  });

  test("seeds-in-table keeps the task as a setting", async () => {
    const { experiments } = await readStudy(path.join(CASES, "seeds-in-table", "input"));
    const tasks = experiments.map(({ settings }) => settings.find(({ field }) => field === "task")?.value);
    expect(new Set(tasks)).toEqual(new Set(["sst2", "mrpc"]));
  });
});
