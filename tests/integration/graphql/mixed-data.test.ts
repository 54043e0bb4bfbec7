import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readFolder } from "#src/import/read-folder.js";
import type { Database } from "#src/store/database.js";
import { storeStudies } from "#src/store/write/store-studies.js";
import { apiServer } from "../../support/api-server.js";

/** Two tasks of each quantization and seed, whose losses are on different scales. */
const BY_TASK = `task,quantization,rank,seed,training_loss,peak_memory_mb
gsm8k,16bit,8,1,1.0,100
gsm8k,16bit,8,2,1.1,100
alpaca,16bit,8,3,3.0,100
gsm8k,4bit,8,1,1.2,50
gsm8k,4bit,8,2,1.3,50
alpaca,4bit,8,3,3.1,50
`;

/** One data set under its name and under its path, and a run that does not state it. */
const ONE_DATASET = `experiment,train_file,quantization,rank,seed,training_loss
a,data/alpaca.json,16bit,8,1,1.0
b,/home/me/data/alpaca.json,16bit,8,2,1.2
c,,4bit,8,1,1.1
d,data/alpaca.json,4bit,8,2,1.4
`;

async function fill(database: Database): Promise<void> {
  for (const [name, table] of Object.entries({ tasks: BY_TASK, same: ONE_DATASET })) {
    const folder = await mkdtemp(path.join(tmpdir(), "rankscope-test-"));
    await writeFile(path.join(folder, "results.csv"), table);
    const { studies } = await readFolder(folder, { name });
    await storeStudies(database, studies, { morePrecise: () => undefined });
    await rm(folder, { recursive: true });
  }
}

const server = apiServer(fill);

const QUERY = `query($slug: String!, $baseline: ConfigurationInput, $candidate: ConfigurationInput) { study(slug: $slug) {
  experiments { nodes { id name } }
  hypotheses(baseline: $baseline, candidate: $candidate) { id confounds { kind severity message ranks } }
  ranks { degradation(baseline: $baseline, candidate: $candidate) { percent verdict reason baseline { mean n } } } } }`;

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the query determines the shape, which the tests assert
async function study(slug: string, variables: Record<string, unknown> = {}): Promise<any> {
  const { data, errors } = await server.execute(QUERY, { slug, ...variables });
  expect(errors).toBeUndefined();
  return data.study;
}

describe("runs of several tasks in one configuration", () => {
  test("have no mean, and a named confound counts them by task", async () => {
    const { ranks, hypotheses } = await study("tasks");
    expect(ranks[0].degradation).toMatchObject({ percent: null, verdict: "INCONCLUSIVE", baseline: null });
    expect(ranks[0].degradation.reason).toContain("task alpaca: 1 run; task gsm8k: 2 runs");
    const found = hypotheses.find(({ id }: { id: string }) => id === "H3").confounds;
    expect(found).toContainEqual({
      kind: "MIXED_DATA",
      severity: "HIGH",
      ranks: [8],
      message: expect.stringContaining("16bit at r = 8 (task alpaca: 1 run; task gsm8k: 2 runs)") as unknown,
    });
  });

  test("are compared once the runs of one task are selected", async () => {
    const { experiments } = await study("tasks");
    const idsOf = (bits: string) =>
      experiments.nodes.flatMap(({ id, name }: { id: string; name: string }) =>
        name.includes(bits) && name.includes("gsm8k") ? [id] : [],
      );
    const selected = { baseline: { experiments: idsOf("16bit") }, candidate: { experiments: idsOf("4bit") } };
    const { ranks, hypotheses } = await study("tasks", selected);
    expect(ranks[0].degradation.baseline).toEqual({ mean: expect.closeTo(1.05, 12) as unknown, n: 2 });
    expect(ranks[0].degradation.percent).toBeCloseTo((1.25 / 1.05 - 1) * 100, 9);
    expect(JSON.stringify(hypotheses)).not.toMatch(/MIXED_DATA|DIFFERENT_TASK/);
  });
});

test("one data set under several paths, and an unknown one, are replicates", async () => {
  const { ranks } = await study("same");
  expect(ranks[0].degradation).toMatchObject({ baseline: { n: 2 } });
  expect(ranks[0].degradation.percent).toBeCloseTo((1.25 / 1.1 - 1) * 100, 9);
});
