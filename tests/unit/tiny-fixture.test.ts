import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { encode, type Dtype } from "../../scripts/tiny-fixture/dtype.js";
import { LAYERS } from "../../scripts/tiny-fixture/layers.js";
import { pythonFloat, pythonJson } from "../../scripts/tiny-fixture/python-json.js";
import { writeStudy } from "../../scripts/tiny-fixture/write-study.js";

const committed = fileURLToPath(new URL("../fixtures/tiny-lora-vs-qlora", import.meta.url));
/** Files that the generator does not write. */
const handWritten = [".gitattributes", "README.md"];
const reference = fileURLToPath(new URL("../reference-figures/tiny-lora-vs-qlora.json", import.meta.url));

interface Row {
  readonly experiment_name: string;
  readonly rank: number;
  readonly training_loss: number;
  readonly peak_memory_mb: number;
}
interface Header {
  readonly [name: string]: {
    readonly dtype: string;
    readonly shape: [number, number];
    readonly data_offsets: [number, number];
  };
}
interface TrainerState {
  readonly log_history: { readonly step: number; readonly loss?: number; readonly grad_norm?: number | null }[];
}
interface Reference {
  readonly ranks: {
    readonly rank: number;
    readonly layers: { readonly layer: string; readonly cosine: number; readonly initial_cosine: number }[];
  }[];
}

async function filesBelow(folder: string, suffix = ""): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(suffix))
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)).replaceAll(path.sep, "/"))
    .sort();
}

async function json<Value>(file: string): Promise<Value> {
  // Python writes NaN, which is not valid JSON.
  return JSON.parse((await readFile(file, "utf8")).replaceAll(": NaN", ": null")) as Value;
}

const table = (name: string) => json<Row[]>(path.join(committed, name));
const baselineTable = "results_baseline_lora/baseline_results.json";
const candidateTable = "results_qlora/qlora_results.json";

describe("the generator", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "tiny-fixture-"));
    await writeStudy(folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("reproduces the committed study byte for byte", async () => {
    const written = await filesBelow(folder);
    expect(written).toEqual((await filesBelow(committed)).filter((name) => !handWritten.includes(name)));
    for (const name of written) {
      const [fresh, kept] = [await readFile(path.join(folder, name)), await readFile(path.join(committed, name))];
      expect(fresh.equals(kept), `${name} differs: run npm run fixture, and the NumPy reference after it`).toBe(true);
    }
  });
});

describe("the committed study", () => {
  test("stays under 3 MB", async () => {
    const files = await Promise.all((await filesBelow(committed)).map((name) => readFile(path.join(committed, name))));
    expect(files.reduce((sum, { length }) => sum + length, 0)).toBeLessThan(3_000_000);
  });

  test("has weight files with aligned headers whose tensors fill them without gaps", async () => {
    const dtypes = new Set<string>();
    for (const name of await filesBelow(committed, ".safetensors")) {
      const bytes = await readFile(path.join(committed, name));
      const length = Number(bytes.readBigUInt64LE());
      expect(length % 8).toBe(0);
      const { __metadata__, ...tensors } = JSON.parse(bytes.toString("utf8", 8, 8 + length)) as Header;
      expect(__metadata__).toEqual({ format: "pt" });
      expect(Object.keys(tensors)).toHaveLength(2 * LAYERS.length);
      let end = 0;
      for (const { dtype, shape, data_offsets } of Object.values(tensors)) {
        expect(data_offsets).toEqual([end, end + shape[0] * shape[1] * (dtype === "F32" ? 4 : 2)]);
        end = data_offsets[1];
        dtypes.add(dtype);
      }
      expect(8 + length + end).toBe(bytes.length);
    }
    expect([...dtypes].sort()).toEqual(["BF16", "F16", "F32"]);
  });

  test("has a final model equal to the checkpoint of step 1000 and different from that of step 900", async () => {
    const files = await filesBelow(committed, "adapter_model.safetensors");
    const runs = new Set(files.map((name) => path.dirname(path.dirname(name))));
    expect(runs.size).toBe(8);
    for (const run of runs) {
      const weights = (name: string) => readFile(path.join(committed, run, name, "adapter_model.safetensors"));
      const final = await weights("final_model");
      expect(final.equals(await weights("checkpoint-1000")), run).toBe(true);
      expect(final.equals(await weights("checkpoint-900")), run).toBe(false);
    }
  });

  test("degrades by more than 5 % only at rank 1, less at each higher rank, and saves about 70 % of memory", async () => {
    const [baseline, candidate] = await Promise.all([table(baselineTable), table(candidateTable)]);
    const change = (row: Row, column: "training_loss" | "peak_memory_mb") => {
      const other = baseline.find(({ rank }) => rank === row.rank);
      return ((row[column] - (other?.[column] ?? NaN)) / (other?.[column] ?? NaN)) * 100;
    };
    const [first, second, third, fourth, ...more] = candidate.map((row) => change(row, "training_loss"));
    expect(more).toEqual([]);
    expect(first).toBeCloseTo(7.8936, 6);
    expect(second).toBeCloseTo(1.7052, 6);
    expect(third).toBeCloseTo(1.2481, 6);
    expect(fourth).toBeCloseTo(1.1037, 6);
    for (const row of candidate) expect(change(row, "peak_memory_mb")).toBeCloseTo(-70, 0);
  });

  test("logs losses whose mean equals the training loss of its table, and one NaN gradient norm", async () => {
    const rows = [...(await table(baselineTable)), ...(await table(candidateTable))];
    const undefinedNorms: string[] = [];
    for (const name of await filesBelow(committed, "trainer_state.json")) {
      if (!name.includes("checkpoint-1000")) continue;
      const { log_history: log } = await json<TrainerState>(path.join(committed, name));
      const losses = log.map(({ loss }) => loss).filter((loss) => loss !== undefined);
      const row = rows.find(({ experiment_name }) => name.includes(`/${experiment_name}/`));
      expect(losses).toHaveLength(100);
      expect(losses.reduce((sum, loss) => sum + loss, 0) / 100).toBeCloseTo(row?.training_loss ?? NaN, 4);
      for (const { step, grad_norm } of log) {
        if (grad_norm === null) undefinedNorms.push(`${row?.experiment_name} at ${step}`);
      }
    }
    expect(undefinedNorms).toEqual(["4bit_r1 at 130"]);
  });

  test("has the sensitivity order that was built in, as NumPy computes it", async () => {
    const { ranks } = await json<Reference>(reference);
    const measured = ranks.find(({ rank }) => rank === 8)?.layers ?? [];
    const ascending = [...measured].sort((left, right) => left.cosine - right.cosine);
    const truth = [...LAYERS].sort((left, right) => left.targetCosine - right.targetCosine);
    expect(ascending.map(({ layer }) => layer)).toEqual(truth.map(({ name }) => name));
  });

  test("initializes baseline and candidate from the same A except at rank 4, where the updates therefore differ", async () => {
    const { ranks } = await json<Reference>(reference);
    expect(ranks.map(({ rank }) => rank)).toEqual([1, 2, 4, 8]);
    for (const { rank, layers } of ranks) {
      const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      const start = mean(layers.map(({ initial_cosine }) => initial_cosine));
      const update = mean(layers.map(({ cosine }) => cosine));
      if (rank === 4) expect([Math.abs(start) < 0.2, update < 0.5]).toEqual([true, true]);
      else expect([start > 0.95, update > 0.85 && update < 0.98]).toEqual([true, true]);
    }
  });
});

describe("number formats", () => {
  const bits = (value: number, dtype: Dtype) =>
    new DataView(encode(Float64Array.of(value), dtype).buffer).getUint16(0, true);

  test.each([
    ["one", 1, 0x3c00],
    ["the largest", 65504, 0x7bff],
    ["a negative", -2, 0xc000],
    ["minus zero", -0, 0x8000],
    ["the least normal", 2 ** -14, 0x0400],
    ["the least subnormal", 2 ** -24, 0x0001],
    ["a tie below the least subnormal", 2 ** -25, 0x0000],
    ["a tie towards an even number below", 1 + 2 ** -11, 0x3c00],
    ["a tie towards an even number above", 1 + 3 * 2 ** -11, 0x3c02],
    ["a carry into the next power", 2 - 2 ** -12, 0x4000],
    ["a carry out of the subnormals", 2 ** -14 - 2 ** -26, 0x0400],
  ])("float16 rounds %s to nearest even", (_, value, expected) => {
    expect(bits(value, "F16")).toBe(expected);
  });

  test.each([
    ["one", 1, 0x3f80],
    ["a negative", -2, 0xc000],
    ["a tie towards an even number below", 1 + 2 ** -8, 0x3f80],
    ["a tie towards an even number above", 1 + 3 * 2 ** -8, 0x3f82],
    ["a carry into the next power", 2 - 2 ** -9, 0x4000],
  ])("bfloat16 rounds %s to nearest even", (_, value, expected) => {
    expect(bits(value, "BF16")).toBe(expected);
  });

  test.each([
    [2, "2.0"],
    [0.1, "0.1"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [6.25e-6, "6.25e-06"],
    [5e-324, "5e-324"],
    [1e15, "1000000000000000.0"],
    [1e16, "1e+16"],
    [-1.5e300, "-1.5e+300"],
    [NaN, "NaN"],
    [-Infinity, "-Infinity"],
  ])("floats are written as Python's repr: %d is %s", (value, expected) => {
    expect(pythonFloat(value)).toBe(expected);
  });

  test("JSON is formatted as by json.dumps with indent 2", () => {
    expect(pythonJson({ b: [1, 0.5], a: {}, c: [], d: null }, true)).toBe(
      '{\n  "a": {},\n  "b": [\n    1,\n    0.5\n  ],\n  "c": [],\n  "d": null\n}',
    );
  });
});
