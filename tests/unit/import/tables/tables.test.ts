import { mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RankscopeError } from "#src/errors.js";
import { columnName } from "#src/import/tables/column-name.js";
import type { ResultsTable } from "#src/import/tables/results-table.js";
import { parsePythonJson } from "#src/import/json/parse-python-json.js";
import { readResultsTable } from "../../../support/read-results-table.js";
import { GPT2_STUDY, missingSharedStudy } from "../../../support/shared-study.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "rankscope-tables-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function read(name: string, content: string | Uint8Array): Promise<ResultsTable> {
  await writeFile(path.join(folder, name), content);
  return readResultsTable(path.join(folder, name), name);
}

async function rowsOf(name: string, content: string | Uint8Array) {
  const table = await read(name, content);
  if (table.kind !== "rows") throw new Error(`${name} is ${JSON.stringify(table)}`);
  return table.rows;
}

const RUN = {
  experiment: "4bit_r8",
  quantization: "4bit",
  rank: 8,
  seed: null,
  steps: null,
  numSamples: null,
  modelName: null,
  method: null,
  settings: [],
  metrics: new Map([["training_loss", 2.5]]),
};

describe("CSV", () => {
  // Found by the fuzz test of JSON tables.
  test("takes `na` for an empty cell and `mean` for a row of means", async () => {
    const [named, ...others] = await rowsOf(
      "t.csv",
      "run,quantization,rank,training_loss\nna,4bit,8,2.5\nmean,4bit,4,2.5\n",
    );
    expect([named?.experiment, others]).toEqual(["4bit_r8", []]);
  });
  test.each([
    ["commas", "experiment_name,quantization,rank,training_loss\n4bit_r8,4bit,8,2.5\n"],
    ["semicolons", "experiment_name;quantization;rank;training_loss\n4bit_r8;4bit;8;2.5"],
    ["tabs and Windows line ends", "experiment_name\tquantization\trank\ttraining_loss\r\n4bit_r8\t4bit\t8\t2.5\r\n"],
    ["a byte order mark", "\uFEFFexperiment_name,quantization,rank,training_loss\n4bit_r8,4bit,8,2.5\n"],
    ["quoted cells", '"experiment_name","quantization","rank","training_loss"\n"4bit_r8","4bit","8"," 2.5 "\n'],
    ["other headers", "Run Name,Quant,loraR,Train Loss\n4bit_r8,4bit,8,2.5\n"],
    ["pandas' index column", ",experiment_name,quantization,rank,training_loss\n0,4bit_r8,4bit,8.0,2.5\n"],
    [
      "empty cells and lines",
      "experiment_name,quantization,rank,seed,eval_loss,training_loss\n\n4bit_r8,4bit,8,,,2.5\n\n",
    ],
    ["a bare number of bits", "experiment_name,precision,r,train_loss\n4bit_r8,4,8,2.5\n"],
  ])("is read with %s", async (_, text) => {
    const rows = await rowsOf("t.csv", text);
    const [row] = rows;
    expect(rows).toHaveLength(1);
    expect(row).toEqual({ ...RUN });
  });

  test("quoted separators are part of the cell", async () => {
    const [row] = await rowsOf("t.csv", 'name;rank;training_loss\n"a,b;c";2;1\n');
    expect(row?.experiment).toBe("a,b;c");
  });

  test("known columns are renamed with their unit, and other numeric columns keep their name as metrics", async () => {
    const header =
      "name,rank,train_loss,val_loss,peak_memory,time_per_step,train_runtime,ROUGE-L,note,memory_reduction_%";
    const [row] = await rowsOf("t.csv", `${header}\na,2,1,2,3,4,5,0.6,7 apples,8\n`);
    expect(Object.fromEntries(row?.metrics ?? [])).toEqual({
      training_loss: 1,
      eval_loss: 2,
      peak_memory_mb: 3,
      time_per_step_seconds: 4,
      training_time_seconds: 5,
      rouge_l: 0.6,
      memory_reduction_percent: 8,
    });
  });

  test("two spellings of one metric are both kept", async () => {
    const [row] = await rowsOf("t.csv", "name,rank,final_eval_loss,eval_loss\na,2,1,2\n");
    expect(Object.fromEntries(row?.metrics ?? [])).toEqual({ eval_loss: 2, final_eval_loss: 1 });
  });

  test("text and non-finite numbers are not stored as metrics", async () => {
    const [row] = await rowsOf("t.csv", "name,rank,training_loss,a,b,c\nx,2,diverged,NaN,1e999,0x10\n");
    expect([...(row?.metrics ?? [])]).toEqual([]);
  });

  test("a run without a name is named by quantization or method, rank and seed", async () => {
    const rows = await rowsOf("t.csv", "quantization,rank,seed,training_loss\n16bit,8,,1\n16bit,8,0,1\n4bit,2,7,1\n");
    expect(rows.map((row) => row.experiment)).toEqual(["16bit_r8", "16bit_r8_s0", "4bit_r2_s7"]);
    const [byMethod] = await rowsOf("t.csv", "method,rank,training_loss\nqlora,8,1\n");
    expect(byMethod).toMatchObject({ experiment: "qlora_r8", quantization: null });
  });

  test("rows with the same name and different seeds are different runs", async () => {
    const rows = await rowsOf("t.csv", "experiment_name,rank,seed,training_loss\na,8,0,1\na,8,1,2\nb,8,0,3\n");
    expect(rows.map((row) => row.experiment)).toEqual(["a_s0", "a_s1", "b"]);
  });

  test("steps, samples, seed and model are read", async () => {
    const [row] = await rowsOf(
      "t.csv",
      "run_id,rank,seed,global_step,n_samples,base_model,train_loss\n7,8,42,1000,5000,gpt2,1\n",
    );
    expect(row).toMatchObject({ experiment: "7", rank: 8, seed: 42, steps: 1000, numSamples: 5000, modelName: "gpt2" });
  });

  test.each([
    [
      "a rank that is no integer",
      "name,rank,training_loss\na,8,1\nb,eight,1\n",
      "received rank eight in row 2; allowed: an integer of at least 1",
    ],
    ["a rank of half", "name,lora_r,training_loss\na,8.5,1\n", "received lora_r 8.5 in row 1"],
    ["a rank of zero", "name,rank,training_loss\na,0,1\n", "received rank 0 in row 1"],
    [
      "a seed that is no integer",
      "name,rank,seed\na,1,x\n",
      "received seed x in row 1; allowed: an integer of at least 0",
    ],
    ["two rows of one run", "name,rank,loss\na,1,1\nb,1,1\na,1,2\n", "received rows 1 and 3, both of a"],
    ["a row without a run", "quantization,rank\n4bit,1\n,2\n", "received a row without a run in row 2"],
    ["two columns of one name", "name,rank,rank\na,1,2\n", "received two columns rank"],
    ["two columns that become one name", "name,rank,Rank\na,1,2\n", "received two columns rank in row 1"],
    ["a row of another length", "name,rank\na,1,2\n", "Invalid Record Length"],
    ["an open quote", 'name,rank\n"a,1\n', "Quote Not Closed"],
    [
      "too many columns",
      `name,rank,${Array.from({ length: 1000 }, (_, i) => `m${i}`).join()}\n${",".repeat(1001)}\n`,
      "received 1002 columns",
    ],
    ["a line of separators only", ",".repeat(5_000_000), "received 5000001 cells"],
    ["too many rows", `name,rank\n${"a,1\n".repeat(100_001)}`, "received more rows"],
  ])("%s is refused where it stands", async (_, text, message) => {
    await expect(read("t.csv", text)).rejects.toMatchObject({
      code: "TABLE_INVALID",
      message: expect.stringContaining(message) as string,
    });
  });

  test("bytes that are not UTF-8 are rejected", async () => {
    await expect(read("t.csv", Uint8Array.of(0x6e, 0xff, 0x0a))).rejects.toMatchObject({ code: "TABLE_INVALID" });
  });

  test("a table by rank with computed figures only names no runs and counts as a summary", async () => {
    expect(await read("t.csv", "rank,memory_reduction_%\n2,71.7\n")).toEqual({
      kind: "summary",
      content: "a table of rank, memory_reduction_% that names no runs",
    });
  });

  test("a table with the figures of two sides has a run per side", async () => {
    const table = await read("t.csv", "rank,lora_memory_mb,qlora_memory_mb,memory_reduction_%\n2,11623,3284,71.7\n");
    expect(table).toMatchObject({
      kind: "rows",
      sides: ["lora", "qlora"],
      rows: [{ experiment: "lora_r2" }, { experiment: "qlora_r2" }],
    });
  });

  test.each([
    ["text without figures", "instruction,output\nadd,done\n"],
    ["a header only", "name,rank\n"],
    ["an empty file", ""],
  ])("%s is nothing known", async (_, text) => {
    expect(await read("t.csv", text)).toMatchObject({ kind: "unknown" });
  });
});

describe("JSON", () => {
  const cells = { quantization: "4bit", rank: 8, training_loss: 2.5 };
  test.each([
    ["a list of rows", [{ experiment_name: "4bit_r8", ...cells }]],
    ["rows by run", { "4bit_r8": cells }],
    ["columns", { experiment_name: ["4bit_r8"], quantization: ["4bit"], rank: [8], training_loss: [2.5] }],
    [
      "pandas' columns by index",
      { experiment_name: { 0: "4bit_r8" }, quantization: { 0: "4bit" }, rank: { 0: 8 }, training_loss: { 0: 2.5 } },
    ],
    ["one row", { experiment_name: "4bit_r8", ...cells }],
  ])("%s is read", async (_, value) => {
    expect(await rowsOf("t.json", JSON.stringify(value))).toEqual([RUN]);
  });

  test("Python's NaN and Infinity are read but are not stored as metrics", async () => {
    const text =
      '[{"name": "4bit_r8", "quantization": "4bit", "rank": 8, "training_loss": 2.5, "a": NaN, "b": -Infinity}]';
    expect(await rowsOf("t.json", text)).toEqual([RUN]);
  });

  test("a key named __proto__ is an ordinary column or run", async () => {
    const rows = await rowsOf("t.json", '{"__proto__": {"rank": 2, "training_loss": 1, "__proto__": 3}}');
    expect(rows).toMatchObject([
      {
        experiment: "__proto__",
        rank: 2,
        metrics: new Map([
          ["training_loss", 1],
          ["proto", 3],
        ]),
      },
    ]);
    expect(({} as Record<string, unknown>)["rank"]).toBeUndefined();
  });

  test.each([
    ["a configuration", { r: 8, target_modules: ["c_attn"], task_type: "CAUSAL_LM" }],
    ["a list of numbers", [1, 2, 3]],
    ["a number", 1],
    ["an empty object", {}],
    ["an empty list", []],
    ["a package's name and version", { name: "gpt2", version: "one" }],
  ])("%s is nothing known", async (_, value) => {
    expect(await read("t.json", JSON.stringify(value))).toMatchObject({ kind: "unknown" });
  });

  test("columns of different lengths are rejected", async () => {
    await expect(read("t.json", '{"name": ["a", "b"], "rank": [1]}')).rejects.toThrow(
      "received 1 values in the column rank",
    );
  });

  test("a rank that is a list is rejected", async () => {
    await expect(read("t.json", '[{"name": "a", "rank": [8]}]')).rejects.toThrow(
      "received rank that is not a number in row 1",
    );
  });

  test("invalid JSON is rejected with the parser's message", async () => {
    await expect(read("t.json", '[{"name": ')).rejects.toMatchObject({ code: "TABLE_INVALID" });
  });
});

describe("pickles", () => {
  test("a pickled list of dicts with NumPy scalars is read", async () => {
    const pickles = JSON.parse(await readFile(new URL("../pickle/pickles.json", import.meta.url), "utf8")) as Record<
      string,
      string
    >;
    const rows = await rowsOf("t.pkl", Buffer.from(pickles["rows"] ?? "", "base64"));
    expect(rows.map((row) => [row.experiment, row.rank, Object.fromEntries(row.metrics)])).toEqual([
      ["4bit_r2", 2, { training_loss: 2.0031534576416017, mean_memory_mb: 3283.5 }],
      ["4bit_r4", 4, { training_loss: 2, mean_memory_mb: 3283.5 }],
    ]);
    expect(await read("t.pickle", Buffer.from(pickles["summary"] ?? "", "base64"))).toEqual({
      kind: "summary",
      content: "a dict of memory_comparison, weight_similarities, optimal_rank",
    });
  });
});

describe("files", () => {
  test("a missing file is reported as FILE_UNREADABLE with its name", async () => {
    await expect(readResultsTable(path.join(folder, "none.csv"), "runs/none.csv")).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
      detail: { where: "runs/none.csv" },
    });
  });

  test("a file above the size limit is not read", async () => {
    await writeFile(path.join(folder, "big.csv"), "");
    await truncate(path.join(folder, "big.csv"), 64 * 2 ** 20 + 1);
    await expect(readResultsTable(path.join(folder, "big.csv"), "big.csv")).rejects.toMatchObject({
      code: "FILE_TOO_LARGE",
    });
  });

  test("arbitrary bytes cause only catalogued errors", async () => {
    const ending = fc.constantFrom("csv", "json", "pkl");
    const content = fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc.json(),
      fc.stringMatching(/^(name|rank|[0-9,;"\n\t]){0,30}$/),
    );
    await fc.assert(
      fc.asyncProperty(ending, content, async (extension, bytes) => {
        await read(`any.${extension}`, bytes).catch((error: unknown) => {
          expect(error).toBeInstanceOf(RankscopeError);
        });
      }),
      { numRuns: 500 },
    );
  });
});

describe("helper functions", () => {
  test.each([
    ["Peak Memory (MB)", "peak_memory_mb"],
    ["peakMemoryMb", "peak_memory_mb"],
    ["time/step", "time_step"],
    ["degradation_%", "degradation_percent"],
    ["  ", ""],
  ])("the column %s is %s", (header, name) => {
    expect(columnName(header)).toBe(name);
  });

  test("tolerant JSON accepts NaN and Infinity and is otherwise strict", () => {
    expect(parsePythonJson('{"a": [NaN, Infinity, -Infinity], "b": "NaN"}')).toEqual({
      a: [NaN, Infinity, -Infinity],
      b: "NaN",
    });
    expect(() => parsePythonJson("{a: 1}")).toThrow(SyntaxError);
    for (const text of [
      "[NaN",
      "1NaN",
      "NaN1",
      "1Infinity",
      "Infinity5",
      "xNaN",
      "[NaN NaN]",
      "{NaN: 1}",
      "[NaN, 'a']",
    ]) {
      expect(() => parsePythonJson(text), text).toThrow(SyntaxError);
    }
    expect(parsePythonJson("-NaN")).toBeNaN();
    expect(() => parsePythonJson(`${"[".repeat(101)}NaN${"]".repeat(101)}`)).toThrow("100 levels");
  });
});

describe.skipIf(missingSharedStudy() !== undefined)("the public gpt2-medium study", () => {
  test("its pickles and rounded CSV files name the same runs", async () => {
    for (const [method, table] of [
      ["baseline_lora", "baseline"],
      ["qlora", "qlora"],
    ] as const) {
      const base = `${GPT2_STUDY}/results_${method}`;
      const pickled = await readResultsTable(`${base}/${table}_results.pkl`, "pkl");
      const csv = await readResultsTable(`${base}/${method}_results.csv`, "csv");
      if (pickled.kind !== "rows" || csv.kind !== "rows") throw new Error("no rows");
      expect(pickled.rows.map((row) => row.experiment)).toEqual(csv.rows.map((row) => row.experiment));
      expect(pickled.rows.map((row) => row.rank)).toEqual([2, 4, 8, 16]);
      pickled.rows.forEach((row, i) => {
        expect(csv.rows[i]?.metrics.get("training_loss")).toBeCloseTo(row.metrics.get("training_loss") ?? NaN, 4);
      });
    }
  });

  test("the tables of its notebook are recognized as summaries or comparisons of sides", async () => {
    const table = (name: string) => readResultsTable(`${GPT2_STUDY}/results/tables/${name}`, name);
    expect(await table("diagnostic_summary.pkl")).toMatchObject({ kind: "summary" });
    // It is one beside the runs that it was computed from (import/assemble/join-tables.ts).
    expect(await table("memory_comparison.csv")).toMatchObject({ kind: "rows", sides: ["lora", "qlora"] });
  });
});

describe("NaN and infinity", () => {
  test("are kept in a column of numbers, and an empty cell is not recorded", async () => {
    const csv = "experiment_name,rank,training_loss,accuracy,note\na,2,nan,0.5,nan\nb,2,-inf,NaN,good\nc,2,,0.5,\n";
    const metrics = (await rowsOf("diverged.csv", csv)).map((row) => Object.fromEntries(row.metrics));
    expect(metrics).toEqual([
      { training_loss: NaN, accuracy: 0.5 },
      { training_loss: -Infinity, accuracy: NaN },
      { accuracy: 0.5 },
    ]);
  });

  test("of Python's JSON are kept", async () => {
    const json = '[{"experiment_name": "a", "rank": 2, "training_loss": NaN}]';
    expect((await rowsOf("diverged.json", json))[0]?.metrics).toEqual(new Map([["training_loss", NaN]]));
  });
});
