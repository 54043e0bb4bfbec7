import { beforeEach, describe, expect, test } from "vitest";
import type { SeriesRecord, StudyRecord } from "#src/model/records.js";
import { runsOfStudies } from "#src/store/across/runs-of-studies.js";
import { experimentsOfStudies } from "#src/store/studies/experiments.js";
import { openSql } from "#src/store/connection.js";
import { comparedCheckpoints } from "#src/store/studies/final-checkpoint.js";
import { factorsOfCheckpoints } from "#src/store/studies/factors.js";
import { seriesOfExperiments, wallTimesOfSeries } from "#src/store/studies/series.js";
import { countingProxy } from "../../support/counting-proxy.js";
import { storeStudy } from "../../support/store-study.js";
import { storeStudies, type StoreStudiesOptions } from "#src/store/write/store-studies.js";
import { freshDatabase } from "../../support/database.js";
import { checkpointRecord, experimentRecord, studyRecord } from "../../support/study-record.js";

const fresh = freshDatabase();
const morePrecise = (one: number, other: number) => (one.toFixed(1) === other.toFixed(1) ? other : undefined);
const store = (record: StudyRecord, options: Partial<StoreStudiesOptions> = {}) =>
  storeStudy(fresh.database, record, { morePrecise, ...options });

/** Returns every row of every table of a study, to compare states of the store. */
async function everything() {
  const tables = [
    "study",
    "rank",
    "experiment",
    "metric",
    "metric_series",
    "layer",
    "checkpoint",
    "adapter_factors",
    "factor_tensor",
    "weight_file",
  ];
  const rows = tables.map(
    (table) => fresh.database.sql`select t::text as row from ${fresh.database.sql(table)} as t order by 1`,
  );
  return Object.fromEntries(
    (await Promise.all(rows)).map((result, i) => [tables[i], result.map(({ row }) => row as string)]),
  );
}

async function onlyExperiment(studyId: string) {
  const [experiment] = await experimentsOfStudies(fresh.database, [studyId]);
  if (experiment === undefined) throw new Error("no experiment");
  return experiment;
}

beforeEach(async () => {
  await fresh.database.sql`truncate study, weight_file cascade`;
});

test("a record is stored completely, and read back unchanged", async () => {
  const record = studyRecord([experimentRecord("run")]);
  const { studyId, slug, created, added } = await store(record);
  expect({ slug, created }).toEqual({ slug: "a-study", created: true });
  expect(added).toEqual({ experiments: 1, ranks: 1, layers: 1, metrics: 1, curves: 1, checkpoints: 1 });
  const run = await onlyExperiment(studyId);
  expect(run).toMatchObject({
    name: "run",
    rank: { r: 2 },
    metrics: [{ name: "training_loss", value: 1.5 }],
    steps: 1000,
  });
  const [checkpoint] = run.checkpoints;
  const [factors] = await factorsOfCheckpoints(fresh.database, [checkpoint?.id ?? ""]);
  expect(factors).toMatchObject({
    scaling: 8,
    transposed: false,
    hash: "pair run",
    a: { shape: [2, 6], offset: 80, length: 48, file: { path: "/weights/run", hash: "run", size: 200 } },
  });
  expect(checkpoint).toMatchObject({ hash: "run", files: ["run"], uncompared: [] });
  const [series] = await seriesOfExperiments(fresh.database, [{ experimentId: run.id, name: "loss" }]);
  expect(series).toMatchObject({ steps: [10, 20], values: [3, NaN] });
});

test("a sharded checkpoint, transposed factors and tensors that are not compared are read back unchanged", async () => {
  const whole = checkpointRecord("whole");
  const [file] = whole.files;
  const [factors] = whole.factors;
  if (file === undefined || factors === undefined) throw new Error("no file or factors");
  const uncompared = [
    { name: "score.weight", dtype: "F32", shape: [2, 6], kind: "MODULE_TO_SAVE" as const },
    { name: "b", dtype: "F32", shape: [2], kind: "BIAS" as const },
    { name: "a.weight", dtype: "F32", shape: [2, 6], kind: "MODULE_TO_SAVE" as const },
  ];
  const sharded = checkpointRecord("whole", {
    files: [
      { ...file, hash: "one", path: "/weights/1", size: 2 ** 40 },
      { ...file, hash: "two", path: "/weights/2" },
    ],
    factors: [{ ...factors, transposed: true, a: { ...factors.a, file: "one" }, b: { ...factors.b, file: "two" } }],
    uncompared,
  });
  const { studyId } = await store(studyRecord([experimentRecord("run", { checkpoints: [sharded] })]));
  const [checkpoint] = (await onlyExperiment(studyId)).checkpoints;
  expect(checkpoint).toMatchObject({ hash: "whole", files: ["one", "two"] });
  expect(checkpoint?.uncompared).toEqual([
    { kind: "MODULE_TO_SAVE", count: 2, name: "score.weight" },
    { kind: "BIAS", count: 1, name: "b" },
  ]);
  expect(await factorsOfCheckpoints(fresh.database, [checkpoint?.id ?? ""])).toMatchObject([
    { transposed: true, a: { file: { hash: "one", path: "/weights/1", size: 2 ** 40 } }, b: { file: { hash: "two" } } },
  ]);
});

test("a file that was moved is read from its new path, by every checkpoint that has it", async () => {
  const at = (path: string) =>
    studyRecord(
      ["run", "second"].map((name) =>
        experimentRecord(name, {
          checkpoints: [checkpointRecord("same", { files: [{ hash: "same", size: 200, path }] })],
        }),
      ),
    );
  const { studyId } = await store(at("/old/weights"));
  const { updated, conflicts } = await store(at("/new/weights"));
  expect({ checkpoints: updated.checkpoints, conflicts }).toEqual({ checkpoints: 2, conflicts: [] });
  const ids = (await experimentsOfStudies(fresh.database, [studyId])).flatMap(({ checkpoints }) =>
    checkpoints.map(({ id }) => id),
  );
  const factors = await factorsOfCheckpoints(fresh.database, ids);
  expect(factors.map(({ a, b }) => [a.file.path, b.file.path])).toEqual(
    Array(2).fill(["/new/weights", "/new/weights"]),
  );
});

test("storing the same record again changes nothing", async () => {
  const record = studyRecord([experimentRecord("run", { metrics: [{ name: "x", value: 0.1 + 0.2, source: "a" }] })]);
  await store(record);
  const before = await everything();
  const { created, added, updated, conflicts } = await store(record);
  expect({ created, conflicts }).toEqual({ created: false, conflicts: [] });
  expect([...Object.values(added), ...Object.values(updated)].every((count) => count === 0)).toBe(true);
  expect(await everything()).toEqual(before);
});

describe("a folder with new content", () => {
  test("adds only what is new", async () => {
    await store(studyRecord([experimentRecord("run")]));
    const before = await everything();
    const { added, updated } = await store(
      studyRecord([experimentRecord("run"), experimentRecord("larger", { rank: 4 })]),
    );
    expect(added).toEqual({ experiments: 1, ranks: 1, layers: 0, metrics: 1, curves: 1, checkpoints: 1 });
    expect(Object.values(updated).every((count) => count === 0)).toBe(true);
    const after = await everything();
    const grown = [
      "rank",
      "experiment",
      "metric",
      "metric_series",
      "layer",
      "checkpoint",
      "adapter_factors",
      "factor_tensor",
    ];
    for (const table of grown) expect(after[table]).toEqual(expect.arrayContaining(before[table] ?? []));
  });

  test("extends the curves, their metrics and the end of a run that continued training", async () => {
    const early = experimentRecord("run", { checkpoints: [checkpointRecord("early", { step: 20 })] });
    const { studyId } = await store(studyRecord([early]));
    const late = experimentRecord("run", {
      steps: 2000,
      series: [{ name: "loss", steps: [10, 20, 30], values: [3, NaN, 2] }],
      metrics: [{ name: "training_loss", value: 1.2, source: "results.csv" }],
      checkpoints: [checkpointRecord("early", { step: 20, isFinal: false }), checkpointRecord("late", { step: 30 })],
    });
    const { added, updated } = await store(studyRecord([late]));
    expect(added).toMatchObject({ experiments: 0, curves: 0, checkpoints: 1 });
    expect(updated).toMatchObject({ experiments: 1, curves: 1, metrics: 1, checkpoints: 1 });
    const run = await onlyExperiment(studyId);
    expect(run.steps).toBe(2000);
    expect(run.metrics[0]?.value).toBe(1.2);
    expect(run.checkpoints.map(({ step, isFinal }) => [step, isFinal])).toEqual([
      [20, false],
      [30, true],
    ]);
  });

  test("replaces a rounded value by one with more digits", async () => {
    const { studyId } = await store(studyRecord([experimentRecord("run")]));
    await store(
      studyRecord([
        experimentRecord("run", { metrics: [{ name: "training_loss", value: 1.4999, source: "results.pkl" }] }),
      ]),
    );
    expect((await onlyExperiment(studyId)).metrics).toEqual([
      { name: "training_loss", value: 1.4999, source: "results.pkl", higherIsBetter: null },
    ]);
  });
});

describe("a contradiction to the store is reported, and the stored value is kept", () => {
  test("also if the rewritten file has more steps, and another curve of the run has grown", async () => {
    const both = [
      { name: "eval_loss", steps: [10], values: [5] },
      { name: "loss", steps: [10, 20], values: [3, 2] },
    ];
    const { studyId } = await store(studyRecord([experimentRecord("run", { series: both })]));
    const rewritten = experimentRecord("run", {
      series: [
        { name: "eval_loss", steps: [10, 20], values: [5, 4] },
        { name: "loss", steps: [10, 20, 30], values: [3, 2.5, 2] },
      ],
      metrics: [{ name: "training_loss", value: 1.2, source: "trainer_state.json" }],
    });
    const { conflicts, updated } = await store(studyRecord([rewritten]));
    expect(conflicts.map(({ message }) => message)).toEqual([
      "the stored curve loss differs from the folder's at common steps (step 20: 2, now 2.5); the stored one was kept",
      "training_loss is stored as 1.5, trainer_state.json now has 1.2; the stored value was kept",
    ]);
    expect(updated).toMatchObject({ curves: 1, metrics: 0 });
    expect((await onlyExperiment(studyId)).metrics[0]?.value).toBe(1.5);
  });

  test.each([
    [
      "a metric",
      { metrics: [{ name: "training_loss", value: 9, source: "new.csv" }] },
      "training_loss is stored as 1.5, new.csv now has 9",
    ],
    [
      "a curve",
      { series: [{ name: "loss", steps: [10, 20], values: [4, 4] }] },
      "the stored curve loss differs from the folder's at common steps (step 10: 3, now 4)",
    ],
    [
      "the weights of a step",
      { checkpoints: [checkpointRecord("other")] },
      "the weights of step 1000 differ from the stored ones",
    ],
    ["a rank", { rank: 64 }, "is stored with rank 2 and 16bit, the folder now has rank 64"],
  ])("%s", async (_, change, message) => {
    const { studyId } = await store(studyRecord([experimentRecord("run")]));
    const before = await onlyExperiment(studyId);
    const { conflicts } = await store(studyRecord([experimentRecord("run", change)]));
    expect(conflicts).toEqual([{ where: "run", message: expect.stringContaining(message) as string }]);
    expect(await onlyExperiment(studyId)).toEqual(before);
  });
});

test("the times of a curve's points are stored, also if a later import finds them", async () => {
  const curve = { name: "loss", steps: [10, 20], values: [3, NaN] };
  const withTimes = { ...curve, wallTimes: [1.7e9, 1.7e9 + 0.5], source: "run/events" };
  const run = (series: SeriesRecord) => studyRecord([experimentRecord("run", { series: [series], checkpoints: [] })]);
  const { studyId } = await store(run(curve));
  const [experiment] = await experimentsOfStudies(fresh.database, [studyId]);
  const times = () => wallTimesOfSeries(fresh.database, [{ experimentId: experiment?.id ?? "", name: "loss" }]);
  expect(await times()).toEqual([]);
  expect((await store(run({ ...withTimes, wallTimes: [1, NaN] }))).updated.curves).toBe(0);
  expect((await store(run(withTimes))).updated.curves).toBe(1);
  expect(await times()).toMatchObject([{ wallTimes: withTimes.wallTimes }]);
  expect((await store(run(withTimes))).updated.curves).toBe(0);
  expect((await store(run(curve))).updated.curves).toBe(0);
  const longer = { ...withTimes, steps: [10, 20, 30], values: [3, NaN, 1], wallTimes: [1.7e9, 1.7e9 + 0.5, 1.7e9 + 1] };
  expect((await store(run(longer))).updated.curves).toBe(1);
  expect(await times()).toMatchObject([{ wallTimes: longer.wallTimes }]);
});

describe("a run without a rank", () => {
  test("is listed after the others, and gets its rank when a file states it", async () => {
    const full = experimentRecord("full", { method: "FULL", rank: null, checkpoints: [] });
    const { studyId } = await store(studyRecord([experimentRecord("run"), full]));
    const before = await everything();
    await store(studyRecord([experimentRecord("run"), full]));
    expect(await everything()).toEqual(before);
    const ranks = async () =>
      (await experimentsOfStudies(fresh.database, [studyId])).map(({ name, rank }) => [name, rank?.r]);
    expect(await ranks()).toEqual([
      ["run", 2],
      ["full", undefined],
    ]);
    expect(await runsOfStudies(fresh.database, [studyId], [])).toHaveLength(1);
    expect((await store(studyRecord([{ ...full, rank: 4 }]))).updated.experiments).toBe(1);
    expect(await ranks()).toEqual([
      ["run", 2],
      ["full", 4],
    ]);
    expect((await store(studyRecord([full]))).conflicts).toEqual([]);
  });
});

test("a layer keeps its id and its name when a run of another tool has it under another name", async () => {
  const record = studyRecord([experimentRecord("run")]);
  await store(record);
  const layers = () => fresh.database.sql`select id, name from layer order by name`;
  const before = [...(await layers())];
  const renamed = (name: string): string => `transformer.${name}`;
  const other = experimentRecord("other");
  const checkpoints = other.checkpoints.map((checkpoint) => ({
    ...checkpoint,
    factors: checkpoint.factors.map((factors) => ({ ...factors, layer: renamed(factors.layer) })),
  }));
  await store(
    studyRecord([{ ...other, checkpoints }], {
      layers: record.layers.map((layer) => ({ ...layer, name: renamed(layer.name) })),
    }),
  );
  expect([...(await layers())]).toEqual(before);
});

describe("a failure leaves the store unchanged", () => {
  test("midway: a layer of another shape, after experiments were written", async () => {
    await store(studyRecord([experimentRecord("run")]));
    const before = await everything();
    const [layer] = studyRecord([]).layers;
    const broken = studyRecord([experimentRecord("run"), experimentRecord("new")], {
      layers: layer === undefined ? [] : [{ ...layer, outFeatures: 10 }],
    });
    await expect(store(broken)).rejects.toMatchObject({ code: "STUDY_BASE_MODEL_DIFFERS" });
    expect(await everything()).toEqual(before);
  });

  test("at the last statement: factors without a layer", async () => {
    const before = await everything();
    await expect(store(studyRecord([experimentRecord("run")], { layers: [] }))).rejects.toThrow(
      "transaction is aborted",
    );
    expect(await everything()).toEqual(before);
  });

  test("another base model is rejected", async () => {
    await store(studyRecord([experimentRecord("run")]));
    await expect(store(studyRecord([experimentRecord("run")], { baseModel: "other" }))).rejects.toMatchObject({
      code: "STUDY_BASE_MODEL_DIFFERS",
      message: expect.stringContaining("received other; allowed: tiny") as string,
    });
  });

  test("another name of the stored base model is accepted", async () => {
    await store(studyRecord([experimentRecord("run")], { baseModel: "org/Tiny-1B" }));
    const alias = studyRecord([experimentRecord("run")], { baseModel: "/data/models/tiny-1b-bnb-4bit" });
    expect(await store(alias)).toMatchObject({ created: false, added: { experiments: 0 } });
  });

  test("another folder of the same name is rejected unless the slug is given", async () => {
    await store(studyRecord([experimentRecord("run")]));
    const elsewhere = studyRecord([experimentRecord("second")], { folder: "/studies/b" });
    await expect(store(elsewhere)).rejects.toMatchObject({ code: "STUDY_FOLDER_DIFFERS" });
    expect(await store(elsewhere, { slug: "a-study" })).toMatchObject({ created: false, added: { experiments: 1 } });
    expect(await store(elsewhere, { slug: "b" })).toMatchObject({ created: true, slug: "b" });
  });
});

test("two simultaneous imports of one study store it once", async () => {
  const record = studyRecord([experimentRecord("run"), experimentRecord("second", { rank: 4 })]);
  const outcomes = await Promise.all([store(record), store(record), store(record)]);
  expect(outcomes.filter(({ created }) => created)).toHaveLength(1);
  expect((await everything())["experiment"]).toHaveLength(2);
});

test("text with a special meaning in COPY is stored unchanged", async () => {
  const name = 'a\\N\tb\nc\r"{},';
  const { studyId } = await store(
    studyRecord([experimentRecord(name, { series: [{ name, steps: [1], values: [Infinity] }] })]),
  );
  const run = await onlyExperiment(studyId);
  expect(run.name).toBe(name);
  expect(await seriesOfExperiments(fresh.database, [{ experimentId: run.id, name }])).toMatchObject([
    { steps: [1], values: [Infinity] },
  ]);
});

test("the final checkpoint is the one marked as final, then one without a step, then the one of the last step", async () => {
  const saves = (...checkpoints: { hash: string; step: number | null; isFinal?: boolean }[]) =>
    checkpoints.map(({ hash, step, isFinal = false }) => checkpointRecord(hash, { step, isFinal }));
  const runs = {
    marked: saves({ hash: "a", step: 10, isFinal: true }, { hash: "b", step: 20 }, { hash: "c", step: null }),
    "without a step": saves({ hash: "d", step: 10 }, { hash: "e", step: null }),
    "last step": saves({ hash: "f", step: 20 }, { hash: "g", step: 10 }),
    "without weights": [],
  };
  const { studyId } = await store(
    studyRecord(Object.entries(runs).map(([name, checkpoints]) => experimentRecord(name, { checkpoints }))),
  );
  const experiments = await experimentsOfStudies(fresh.database, [studyId]);
  const hashes = experiments.map(({ name, checkpoints, finalCheckpointId }) => [
    name,
    checkpoints.find(({ id }) => id === finalCheckpointId)?.hash,
  ]);
  expect(Object.fromEntries(hashes)).toEqual({
    marked: "a",
    "without a step": "e",
    "last step": "f",
    "without weights": undefined,
  });
  const compared = await comparedCheckpoints(fresh.database, studyId);
  const listed = await runsOfStudies(fresh.database, [studyId], []);
  const finalIds = experiments.flatMap(({ finalCheckpointId }) => finalCheckpointId ?? []).sort();
  expect(compared.map(({ final }) => final).sort()).toEqual(finalIds);
  expect(listed.flatMap(({ checkpointId }) => checkpointId ?? []).sort()).toEqual(finalIds);
});

test("binds as many parameters for many rows as for few", async () => {
  const proxy = await countingProxy(fresh.url);
  const sql = openSql(proxy.url, { applicationName: "parameters", maxConnections: 1 });
  const recordOf = (count: number) => {
    const experiments = Array.from({ length: count }, (_, i) =>
      experimentRecord(`run ${i}`, {
        rank: 1 + i,
        metrics: Array.from({ length: count }, (_value, j) => ({ name: `metric_${j}`, value: j, source: "a.csv" })),
        checkpoints: [checkpointRecord(`${count} ${i}`)],
      }),
    );
    const layers = Array.from({ length: count }, (_, i) => {
      const name = i === 0 ? "h.0.c_attn" : `h.${i}.c_fc`;
      return { name, index: i, module: "c", inFeatures: 6, outFeatures: 9 };
    });
    return studyRecord(experiments, { layers });
  };
  const boundBy = async (count: number) => {
    const before = proxy.parameters().length;
    await storeStudies({ sql }, [recordOf(count)], { morePrecise, slug: `study-${count}` });
    return new Set(proxy.parameters().slice(before));
  };
  try {
    // The first import also asks for the types of the columns.
    await boundBy(2);
    const few = await boundBy(3);
    expect(few.size).toBeGreaterThan(1);
    expect(await boundBy(30)).toEqual(few);
  } finally {
    await sql.end({ timeout: 1 });
    await proxy.close();
  }
});

test("stores more rows of each kind than a statement has parameters, and stores them again without a change", async () => {
  const RUNS = 7_000;
  const names = Array.from({ length: 10 }, (_, i) => `metric_${i}`);
  const experiments = Array.from({ length: RUNS }, (_, run) =>
    experimentRecord(`run ${run}`, {
      rank: 1 + (run % 200),
      seed: run,
      metrics: names.map((name, i) => ({ name, value: run + i, source: "results.csv" })),
      series: [],
      checkpoints: [],
    }),
  );
  const layers = Array.from({ length: 10_000 }, (_, i) => ({
    name: `h.${i}.c_attn`,
    index: i,
    module: "c_attn",
    inFeatures: 6,
    outFeatures: 9,
  }));
  const record = studyRecord(experiments, { layers });
  const { added } = await store(record);
  expect(added).toMatchObject({ experiments: RUNS, metrics: RUNS * names.length, layers: layers.length, ranks: 200 });
  const again = await store({ ...record, experiments: experiments.slice(0, 100) });
  expect([...Object.values(again.added), ...Object.values(again.updated)].every((count) => count === 0)).toBe(true);
});

describe("studies of several base models", () => {
  const llama = (...names: string[]) =>
    studyRecord(
      names.map((name) => experimentRecord(name)),
      { baseModel: "meta-llama/Llama-3-8B" },
    );
  const gemma = studyRecord([experimentRecord("b")], { baseModel: "google/gemma-2b" });
  const storeAll = (records: readonly StudyRecord[], options: Partial<StoreStudiesOptions> = {}) =>
    storeStudies(fresh.database, records, { morePrecise, ...options });
  const slugs = async (...args: Parameters<typeof storeAll>) => (await storeAll(...args)).map(({ slug }) => slug);

  test("have the slug of the import and their models, also at the next import", async () => {
    expect(await slugs([llama("a", "c"), gemma])).toEqual(["a-study-llama-3-8b", "a-study-gemma-2b"]);
    const before = await everything();
    const again = await storeAll([gemma, llama("a", "c")]);
    expect(again.map(({ slug, created }) => [slug, created])).toEqual([
      ["a-study-gemma-2b", false],
      ["a-study-llama-3-8b", false],
    ]);
    expect(await everything()).toEqual(before);
    expect(await slugs([llama("a", "c"), gemma], { slug: "X" })).toEqual(["x-llama-3-8b", "x-gemma-2b"]);
  });

  test("keep their slugs when another base model joins or leaves the folder", async () => {
    expect(await slugs([llama("a")])).toEqual(["a-study"]);
    expect(await slugs([llama("a"), gemma])).toEqual(["a-study", "a-study-gemma-2b"]);
    expect(await slugs([gemma])).toEqual(["a-study-gemma-2b"]);
    expect(await slugs([llama("a")])).toEqual(["a-study"]);
  });

  test("are stored together or not at all", async () => {
    await storeAll([llama("a"), gemma]);
    const before = await everything();
    const [layer] = gemma.layers;
    if (layer === undefined) throw new Error("no layer");
    const broken = { ...gemma, layers: [{ ...layer, outFeatures: 10 }] };
    await expect(storeAll([llama("a", "new"), broken])).rejects.toMatchObject({ code: "STUDY_BASE_MODEL_DIFFERS" });
    expect(await everything()).toEqual(before);
  });

  test("are all refused if the client may not write one of them", async () => {
    const allowedSlugs = ["x", "x-llama-3-8b"];
    await expect(storeAll([llama("a"), gemma], { slug: "x", allowedSlugs })).rejects.toMatchObject({
      code: "FORBIDDEN",
      message: expect.stringContaining("x-gemma-2b") as string,
    });
    expect(await storeAll([llama("a")], { slug: "x", allowedSlugs })).toMatchObject([{ created: true }]);
  });

  test("have numbers if their base models have one name", async () => {
    expect(await slugs([llama("a"), llama("b"), studyRecord([experimentRecord("c")], { baseModel: null })])).toEqual([
      "a-study-llama-3-8b",
      "a-study-llama-3-8b-2",
      "a-study-unknown-base-model",
    ]);
  });

  test("have a slug also if the folder's name has no Latin letter", async () => {
    const [slug] = await slugs([{ ...llama("a"), name: "\u5b9f\u9a13" }]);
    expect(slug).toMatch(/^study-[0-9a-f]{8}$/);
    expect(await slugs([{ ...llama("a"), name: "\u5b9f\u9a13" }])).toEqual([slug]);
  });
});
