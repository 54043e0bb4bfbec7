import { mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { startServer, type RunningServer } from "#src/http/server.js";
import { openDatabase, type Database } from "#src/store/database.js";
import { storeStudy } from "../../support/store-study.js";
import { adapterConfig, factorTensors, safetensors, writeFiles } from "../../support/adapter-files.js";
import { UNCACHED } from "../../support/still-limits.js";
import { countingProxy, type CountingProxy } from "../../support/counting-proxy.js";
import { freshDatabase } from "../../support/database.js";
import { query } from "../../support/rankscope.js";
import { hubRepositoryWith } from "../../support/hub-repository.js";
import { realServices } from "../../support/real-services.js";
import { checkpointRecord, experimentRecord, studyRecord } from "../../support/study-record.js";

const fresh = freshDatabase();
let root: string;
let proxy: CountingProxy;
let database: Database;
let server: RunningServer;
let stop: () => Promise<void>;

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "rankscope-api-"));
  proxy = await countingProxy(fresh.url);
  database = openDatabase(proxy.url, { applicationName: "api test", maxConnections: 4 });
  const real = await realServices(database, { url: fresh.url, importRoots: [root], hubCache: path.join(root, "hub") });
  server = await startServer(real.services, { host: "127.0.0.1", port: 0, limits: UNCACHED });
  stop = async () => {
    await server.close();
    await real.close();
    await database.close();
    await proxy.close();
    await rm(root, { recursive: true });
  };
  for (const [name, runs] of [
    ["small", 1],
    ["large", 12],
  ] as const) {
    const experiments = Array.from({ length: runs }, (_, i) => [
      experimentRecord(`16bit_r${i + 1}`, { rank: i + 1, checkpoints: [checkpointRecord(`${name} 16 ${i}`)] }),
      experimentRecord(`4bit_r${i + 1}`, {
        rank: i + 1,
        method: "QLORA",
        quantization: { label: "4bit", bits: 4, scheme: "nf4" },
        checkpoints: [checkpointRecord(`${name} 4 ${i}`)],
      }),
    ]).flat();
    await storeStudy(database, studyRecord(experiments, { name }), { morePrecise: () => undefined });
  }
});
afterAll(() => stop());

const execute = (source: string, variables: Record<string, unknown> = {}) => query(server.address, source, variables);

describe("lists", () => {
  test("studies are listed newest first, in pages without a gap", async () => {
    const page = `query($after: String) { studies(first: 1, after: $after) { totalCount pageInfo { hasNextPage endCursor } nodes { slug } } }`;
    const first = (await execute(page)).data.studies;
    expect(first).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: true }, nodes: [{ slug: "large" }] });
    const second = (await execute(page, { after: first.pageInfo.endCursor })).data.studies;
    expect(second).toMatchObject({ totalCount: 2, pageInfo: { hasNextPage: false }, nodes: [{ slug: "small" }] });
    const third = (await execute(page, { after: second.pageInfo.endCursor })).data.studies;
    expect(third).toMatchObject({ pageInfo: { hasNextPage: false, endCursor: null }, nodes: [] });
  });

  test("experiments are listed by rank, more bits first", async () => {
    const page = `query($after: String) { study(slug: "large") { experiments(first: 5, after: $after) {
      totalCount pageInfo { hasNextPage endCursor } nodes { name } } } }`;
    const names: string[] = [];
    let after: string | null = null;
    do {
      const { experiments } = (await execute(page, { after })).data.study as {
        experiments: { pageInfo: { hasNextPage: boolean; endCursor: string }; nodes: { name: string }[] };
      };
      names.push(...experiments.nodes.map(({ name }) => name));
      after = experiments.pageInfo.hasNextPage ? experiments.pageInfo.endCursor : null;
    } while (after !== null);
    expect(names).toEqual(Array.from({ length: 12 }, (_, i) => [`16bit_r${i + 1}`, `4bit_r${i + 1}`]).flat());
  });

  test.each([
    ["a page that is too large", "{ studies(first: 101) { totalCount } }", "at first; received 101; allowed: 0 to 100"],
    ["a cursor that is none", '{ studies(after: "x") { totalCount } }', "at after"],
    [
      "another list's cursor",
      '{ study(slug: "large") { experiments(after: "x") { totalCount } } }',
      "an endCursor of this list",
    ],
    [
      "a rank that was not trained",
      '{ study(slug: "small") { weightSimilarity(rank: 7) { mean } } }',
      "at rank of study small; received 7; allowed: 1",
    ],
    [
      "too few points",
      '{ study(slug: "small") { experiments { nodes { curve(metric: "loss", maxPoints: 1) { steps } } } } }',
      "allowed: 2 or more",
    ],
  ])("%s is rejected by name", async (_, source, message) => {
    const { errors } = await execute(source);
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(message) as string,
      extensions: { code: "ARGUMENT_INVALID" },
    });
  });

  test("an unknown object is null", async () => {
    const { data } = await execute(
      '{ study(slug: "none") { slug } experiment(id: "none") { name } job(id: "none") { id } }',
    );
    expect(data).toEqual({ study: null, experiment: null, job: null });
  });
});

test("the number of a query's statements does not grow with its rows", async () => {
  const source = `query($slug: String!) { study(slug: $slug) {
    experiments { nodes { name rank { r experiments { name } } study { slug } trainingLoss metrics { name } curves checkpoints { step } curve(metric: "loss") { steps } } }
    layers { name } ranks { r degradation { percent } experiments { name } } minimumViableRank { rank } hypotheses { verdict }
    paretoFrontier(x: PEAK_MEMORY_MB, y: TRAINING_LOSS) { x } failureModes { kind } recommendation { because }
  } }`;
  const statements = async (slug: string) => {
    const before = proxy.statements();
    expect((await execute(source, { slug })).errors).toBeUndefined();
    return proxy.statements() - before;
  };
  const [small, large] = [await statements("small"), await statements("large")];
  expect(small).toBeGreaterThan(5);
  expect(large).toBe(small);
});

test("weights that were moved are a reason on the layer, not an error of the query", async () => {
  const { data, errors } = await execute(
    '{ study(slug: "small") { weightSimilarity(rank: 1) { mean comparedLayers computed { provider } layers { undefinedReason undefinedDetail } } } }',
  );
  expect(errors).toBeUndefined();
  expect(data.study.weightSimilarity).toMatchObject({
    mean: null,
    comparedLayers: 0,
    computed: null,
    layers: [
      {
        undefinedReason: "UNREADABLE",
        undefinedDetail: expect.stringContaining("A weight file is missing") as string,
      },
    ],
  });
});

test("the points of a curve have wall times where a file gives them", async () => {
  const query =
    '{ study(slug: "timed") { experiments { nodes { curve(metric: "loss", maxPoints: 2) { source wallTimes steps } } } } }';
  const series = [
    { name: "loss", steps: [1, 2, 3], values: [3, 2, 1], wallTimes: [1.7e9, 1.7e9 + 5, 1.7e9 + 9], source: "events" },
  ];
  const runs = [experimentRecord("a", { series }), experimentRecord("b")];
  const { studyId } = await storeStudy(database, studyRecord(runs, { name: "timed" }), {
    morePrecise: () => undefined,
  });
  onTestFinished(async () => {
    await database.sql`delete from study where id = ${studyId}`;
  });
  const { data } = await execute(query);
  const [timed, untimed] = data.study.experiments.nodes as { curve: unknown }[];
  expect(timed?.curve).toEqual({ source: "events", wallTimes: [1.7e9, 1.7e9 + 9], steps: [1, 3] });
  expect(untimed?.curve).toMatchObject({ source: null, wallTimes: null });
});

test("NaN in a curve is null, and is counted", async () => {
  const { data } = await execute(
    '{ study(slug: "small") { experiments(first: 1) { nodes { curve(metric: "loss") { steps values nonFinite totalPoints sampled } } } } }',
  );
  expect(data.study.experiments.nodes[0].curve).toEqual({
    steps: [10, 20],
    values: [3, null],
    nonFinite: 1,
    totalPoints: 2,
    sampled: false,
  });
});

describe("imports", () => {
  const mutation = `mutation($input: ImportStudyInput!) { importStudy(input: $input) {
    job { id status message done total } study { slug experiments { totalCount } } findings { severity code where message } } }`;

  test("a folder under a root is imported, and its job can be queried", async () => {
    await writeFiles(path.join(root, "mine"), {
      "16bit_r2/adapter_config.json": adapterConfig(),
      "16bit_r2/adapter_model.safetensors": safetensors(factorTensors(1)),
      "broken_r2/adapter_config.json": adapterConfig(),
      "broken_r2/adapter_model.safetensors": safetensors(factorTensors(1)).subarray(0, 100),
    });
    const { data } = await execute(mutation, { input: { folder: path.join(root, "mine") } });
    expect(data.importStudy).toMatchObject({
      job: { status: "SUCCEEDED" },
      study: { slug: "mine", experiments: { totalCount: 2 } },
    });
    expect(data.importStudy.findings).toContainEqual(
      expect.objectContaining({
        severity: "ERROR",
        code: "SAFETENSORS_INVALID",
        where: "broken_r2/adapter_model.safetensors",
      }),
    );
    const { id } = data.importStudy.job;
    expect((await execute("query($id: ID!) { job(id: $id) { id kind status } }", { id })).data.job).toEqual({
      id,
      kind: "IMPORT",
      status: "SUCCEEDED",
    });
  });

  test("a repository of the hub's cache is imported by its address, at the revision that the address names", async () => {
    const files = {
      "adapter_config.json": adapterConfig(),
      "adapter_model.safetensors": safetensors(factorTensors(1)),
    };
    await hubRepositoryWith(path.join(root, "hub"), "team/16bit_r2", { main: files, "v1.0": files });
    for (const folder of ["hf://team/16bit_r2", "hf://team/16bit_r2@v1.0"]) {
      const { data } = await execute(mutation, { input: { folder } });
      expect(data.importStudy).toMatchObject({
        job: { status: "SUCCEEDED" },
        study: { slug: "16bit-r2", experiments: { totalCount: 1 } },
      });
    }
    const { data } = await execute(mutation, { input: { folder: "hf://team/16bit_r2@v2.0" } });
    expect(data.importStudy.job).toMatchObject({
      status: "FAILED",
      message: expect.stringContaining("Run hf download team/16bit_r2 --revision v2.0, and import it again.") as string,
    });
  });

  test("a repository that is not in the cache, or whose address is wrong, is refused with the command that downloads it", async () => {
    await symlink(tmpdir(), path.join(root, "hub", "models--team--out"));
    for (const folder of ["hf://team/none", "hf://team/out"]) {
      const { errors } = await execute(mutation, { input: { folder } });
      expect(errors?.[0]?.extensions["code"]).toBe("FOLDER_NOT_ALLOWED");
      expect(errors?.[0]?.message).toContain(`Run hf download ${folder.slice(5)}, and import it again.`);
    }
    const { errors } = await execute(mutation, { input: { folder: "hf://../../etc" } });
    expect(errors?.[0]?.extensions["code"]).toBe("HUB_ADDRESS_INVALID");
  });

  test("a failed import is a failed job with its reason, and stores nothing", async () => {
    await mkdir(path.join(root, "empty"));
    const { data } = await execute(mutation, { input: { folder: path.join(root, "empty") } });
    expect(data.importStudy).toMatchObject({
      job: { status: "FAILED", message: expect.stringContaining("The folder contains nothing to import") as string },
      study: null,
    });
    expect((await execute('{ study(slug: "empty") { slug } }')).data.study).toBeNull();
  });

  test("a mutation that does not wait returns the running job", async () => {
    const { data } = await execute(mutation, { input: { folder: path.join(root, "mine"), waitSeconds: 0 } });
    expect(["RUNNING", "SUCCEEDED"]).toContain(data.importStudy.job.status);
  });

  test("rejects a folder outside the import roots and a missing folder alike, by any path", async () => {
    await symlink(tmpdir(), path.join(root, "way-out"));
    for (const folder of [
      tmpdir(),
      path.join(root, ".."),
      path.join(root, "way-out"),
      path.join(root, "none"),
      "/",
      "",
      "http://169.254.169.254/latest",
      "s3://bucket/study",
      "\\\\server\\share",
    ]) {
      const { errors, data } = await execute(mutation, { input: { folder } });
      expect(data).toBeNull();
      expect(errors?.[0]?.extensions.code).toBe("FOLDER_NOT_ALLOWED");
    }
  });

  test("messages name the folder as the client did, and no other path of the server", async () => {
    await mkdir(path.join(root, "given/empty"), { recursive: true });
    await mkdir(path.join(root, "given/broken"), { recursive: true });
    await writeFiles(path.join(root, "given/broken"), {
      "16bit_r2/adapter_config.json": adapterConfig(),
      "16bit_r2/adapter_model.safetensors": "no weights",
    });
    for (const [folder, status, found] of [
      ["given/empty", "FAILED", "The folder contains nothing to import; at "],
      ["given/broken", "SUCCEEDED", "SAFETENSORS_INVALID"],
    ] as const) {
      const given = path.join(root, folder);
      const { data } = await execute(mutation, { input: { folder: `${given}/` } });
      const text = JSON.stringify(data);
      expect(data.importStudy.job.status).toBe(status);
      expect(text).toContain(found);
      expect(text.replaceAll(`${given}/`, "GIVEN")).not.toContain(root);
    }
  });

  test("a job whose process died counts as failed", async () => {
    const id = "01900000-0000-7000-8000-000000000000";
    await fresh.database
      .sql`insert into job (id, kind, status, updated_at) values (${id}, 'IMPORT', 'RUNNING', now() - interval '2 minutes')`;
    const { data } = await execute("query($id: ID!) { job(id: $id) { status message } }", { id });
    expect(data.job).toEqual({ status: "FAILED", message: "The process that ran it has died; start it again." });
  });
});

describe("malformed and failing requests", () => {
  const post = (body: string, type = "application/json") =>
    fetch(new URL("/graphql", server.address), { method: "POST", headers: { "content-type": type }, body });

  test.each([
    ["a body that is no JSON", "{", 400],
    ["a body that is too large", JSON.stringify({ query: `{ studies { totalCount } } #${"x".repeat(300_000)}` }), 413],
    ["a query that does not parse", JSON.stringify({ query: "{" }), 400],
    ["a query of too many tokens", JSON.stringify({ query: `{ ${"a ".repeat(3000)} }` }), 400],
    ["an unknown field", JSON.stringify({ query: "{ nothing }" }), 400],
  ])("%s is answered in JSON", async (_, body, status) => {
    const response = await post(body);
    expect(response.status).toBe(status);
    const { errors } = (await response.json()) as { errors: { message: string }[] };
    expect(errors[0]?.message).toBeTruthy();
    expect(JSON.stringify(errors)).not.toMatch(/node_modules|\bat .*\.js:/);
  });

  test("a form that another site could send is rejected", async () => {
    expect((await post("query={studies{totalCount}}", "application/x-www-form-urlencoded")).status).toBe(400);
    expect((await fetch(new URL("/graphql?query={studies{totalCount}}", server.address))).status).toBe(400);
  });

  test("an unexpected error reveals only that it was logged", async () => {
    await fresh.database.sql`alter table rank rename to elsewhere`;
    const { errors } = await execute('{ study(slug: "small") { ranks { r } } }').finally(
      () => fresh.database.sql`alter table elsewhere rename to rank`,
    );
    expect(errors).toEqual([
      expect.objectContaining({
        message: "An unexpected error occurred. The server's log has the cause.",
        extensions: { code: "INTERNAL" },
      }),
    ]);
  });
});
