import { mkdir, mkdtemp, realpath, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createClient } from "graphql-ws";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import WebSocket from "ws";
import { describeBaseModel } from "#src/import/base-model/describe-base-model.js";
import { saveBaseModel } from "#src/store/base-models.js";
import { saveEvaluationSet } from "#src/store/evaluation-sets.js";
import { fixtureFolder } from "../../support/model-fixtures.js";
import { hasRole, type Role } from "#src/graphql/access/principal.js";
import { isRootType, objectFields } from "#src/graphql/access/requires.js";
import { openSchema } from "#src/graphql/schema.js";
import { openServerMetrics } from "#src/observe/open-metrics.js";
import { recheckImport } from "#src/jobs/import/recheck-import.js";
import { startServer, type RunningServer } from "#src/http/server.js";
import { listTokens, revokeToken } from "#src/store/access-tokens.js";
import { createJob } from "#src/store/queue/jobs.js";
import { SERVER_ACTOR } from "#src/model/audit.js";
import { storedToken } from "../../support/access-tokens.js";
import { adapterConfig, factorTensors, safetensors, writeFiles } from "../../support/adapter-files.js";
import { freshDatabase } from "../../support/database.js";
import { realServices, type RealServices } from "../../support/real-services.js";
import { STILL } from "../../support/still-limits.js";
import { twoStudies } from "../../support/two-studies.js";

// The database has the studies "one" and "two". Everything in the second is named other, untrained or other-base. The token
// `limited` has access to "one" and to "fresh", which is not imported yet, and imports folders under `<root>/fresh`. The token
// `rootless` has access to "one" and no import root.

const fresh = freshDatabase();
let root: string;
let real: RealServices;
let server: RunningServer;
let ids: { one: string[]; two: string[]; job: string; hidden: string; cancellable: string };
const tokens: Record<"reader" | "writer" | "admin" | "limited" | "rootless" | "expired" | "revoked", string> = {
  reader: "",
  writer: "",
  admin: "",
  limited: "",
  rootless: "",
  expired: "",
  revoked: "",
};

beforeAll(async () => {
  root = await realpath(await mkdtemp(path.join(tmpdir(), "rankscope-access-")));
  const { one, two } = await twoStudies(fresh.database, root);
  real = await realServices(fresh.database, { url: fresh.url, importRoots: [root] });
  const services = { ...real.services, metrics: openServerMetrics(1) };
  server = await startServer(services, { host: "127.0.0.1", port: 0, limits: STILL });
  const { database } = fresh;
  // Study "one" was trained on "tiny". The name of the second model occurs in that, but it is another model.
  const models = { "org/tiny-bnb-4bit": "gpt2", "other/tin": "qwen2", "org/other-base": "mistral" };
  for (const [name, fixture] of Object.entries(models)) {
    const folder = fixtureFolder(fixture);
    await saveBaseModel(database, await describeBaseModel(folder, { where: folder, name }), SERVER_ACTOR);
  }
  await saveEvaluationSet(
    database,
    {
      name: "common",
      path: path.join(root, "common.jsonl"),
      size: 1,
      stamp: "1",
      hash: "0".repeat(64),
      items: 1,
      kinds: { TEXT: 1 },
      characters: 1,
      givenTokens: 0,
      ownDataOf: ["one", "two"],
    },
    SERVER_ACTOR,
  );
  ids = {
    one: Object.values(one.experiments),
    two: Object.values(two.experiments),
    job: await createJob(database, "PRECOMPUTE", "of one", { studies: ["one"] }),
    hidden: await createJob(database, "PRECOMPUTE", "of both", { studies: ["one", "two"] }),
    cancellable: await createJob(database, "PRECOMPUTE", "of both", { studies: ["one", "two"] }),
  };
  await storeAnswers([...ids.one.slice(0, 1), ...ids.two.slice(0, 1)]);
  const files = {
    "16bit_r2/adapter_config.json": adapterConfig(),
    "16bit_r2/adapter_model.safetensors": safetensors(factorTensors(1)),
  };
  for (const folder of ["fresh", "other-folder"]) await writeFiles(path.join(root, folder), files);
  await symlink(path.join(root, "other-folder"), path.join(root, "fresh/way-across"));
  await mkdir(path.join(root, "empty"));
});
afterAll(async () => {
  await server.close();
  await real.close();
  await rm(root, { recursive: true });
});

/** Stores an answer to one item of mmlu for each of the experiments. */
async function storeAnswers(experiments: readonly string[]): Promise<void> {
  const { sql } = fresh.database;
  const hash = Buffer.alloc(8, 1);
  await sql`
    insert into prediction_set (hash, n, identity, metrics, items, prompts, answers, exact, "values")
    values ('answers', 1, 'ID', '{}', ${hash}, ${hash}, ${hash}, ${Buffer.from([1])}, ${Buffer.alloc(0)})`;
  for (const id of experiments) {
    await sql`
      insert into experiment_prediction (experiment_id, source, task, filter, tool, hash)
      values (${id}, 'predictions.jsonl', 'mmlu', '', 'predictions.jsonl', 'answers')`;
  }
}

const bearer = (token: string | undefined): Record<string, string> =>
  token === undefined ? {} : { authorization: `Bearer ${token}` };

async function execute(token: string | undefined, query: string, variables: object = {}) {
  const response = await fetch(new URL("/graphql", server.address), {
    method: "POST",
    headers: { "content-type": "application/json", ...bearer(token) },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const { errors } = JSON.parse(text) as { errors?: { extensions: { code: string } }[] };
  return { status: response.status, text, codes: (errors ?? []).map(({ extensions }) => extensions.code) };
}

async function download(token: string | undefined, target: string, headers: Record<string, string> = {}) {
  const response = await fetch(new URL(target, server.address), { headers: { ...bearer(token), ...headers } });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

/** Sends one operation over a WebSocket. Returns the code of its error, or the close code of the socket. */
async function over(token: string | undefined, query: string, variables: Record<string, unknown> = {}) {
  const client = createClient({
    url: new URL("/graphql", server.address).href.replace("http", "ws"),
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    ...(token !== undefined && { connectionParams: { authorization: `Bearer ${token}` } }),
  });
  try {
    const { value } = (await client.iterate({ query, variables }).next()) as {
      value: { data?: object; errors?: readonly { extensions?: { code?: string } }[] };
    };
    return value.errors?.[0]?.extensions?.code ?? JSON.stringify(value.data);
  } catch (error) {
    return (error as { code?: number }).code ?? (error as { extensions?: { code?: string } }[])[0]?.extensions?.code;
  } finally {
    await client.dispose();
  }
}

/** Leave the study and the run as they were, so that further tests see them. */
const DELETE_AND_RESTORE =
  'mutation { deleteStudy(slug: "two") { slug name } restoreStudy(slug: "two") { slug name } }';
const DELETE_AND_RESTORE_RUN =
  'mutation($id: ID!) { deleteExperiment(id: $id) { name } restoreExperiment(slug: "two", name: "other") { experiment { name } } }';
/** Roles that operations require, if not writer for mutations and reader for all others. */
const REQUIRED_ROLES: Readonly<Record<string, Role>> = {
  "Query.auditLog": "admin",
  "Query.deletedStudies": "writer",
  "Query.deletedExperiments": "writer",
};

/** One operation for each root field. It refers to both studies if it can. */
const OPERATIONS: Readonly<Record<string, readonly [string, () => object]>> = {
  "Query.study": [
    '{ one: study(slug: "one") { slug experiments { nodes { name } } } two: study(slug: "two") { slug name } }',
    () => ({}),
  ],
  "Query.studies": [
    "{ studies { totalCount nodes { slug baseModel experiments { totalCount nodes { name } } } } }",
    () => ({}),
  ],
  "Query.experiment": [
    "query($id: ID!) { experiment(id: $id) { name study { slug } curves checkpoints { id } } }",
    () => ({ id: ids.two[0] }),
  ],
  "Query.experiments": [
    "query($ids: [ID!]!) { experiments(ids: $ids) { name study { slug } } }",
    () => ({ ids: [ids.one[0], ids.two[0]] }),
  ],
  "Query.jobs": ["{ jobs { id message } }", () => ({})],
  "Query.degradationAcrossStudies": ["{ degradationAcrossStudies { vegaLite } }", () => ({})],
  "Query.compareExperiments": [
    "query($a: ID!, $b: ID!) { compareExperiments(baseline: $a, candidate: $b) { metricDeltas { metric } summary { comparedLayers } } }",
    () => ({ a: ids.one[0], b: ids.two[0] }),
  ],
  "Query.compareEvaluations": [
    "query($a: ID!, $b: ID!) { compareEvaluations(baseline: $a, candidate: $b) { totalCount } }",
    () => ({ a: ids.one[0], b: ids.two[0] }),
  ],
  "Query.comparePredictions": [
    'query($a: ID!, $b: ID!) { comparePredictions(baseline: $a, candidate: $b, task: "mmlu") { differentPrompts } }',
    () => ({ a: ids.one[0], b: ids.two[0] }),
  ],
  "Query.similarityMatrix": [
    "query($ids: [ID!]!) { similarityMatrix(experiments: $ids) { values experiments { name } } }",
    () => ({ ids: [ids.one[0], ids.two[0]] }),
  ],
  "Query.compareStudies": [
    '{ compareStudies(slugs: ["one", "two"], metric: TRAINING_LOSS) { byStudy { study { slug name } meanCosineSimilarity } byRank { r entries { study { slug } } } } }',
    () => ({}),
  ],
  "Query.experimentGroups": [
    '{ experimentGroups(by: [STUDY, BASE_MODEL], metric: "training_loss") { totalCount nodes { study baseModel n best { experiment { name } } } } }',
    () => ({}),
  ],
  "Query.experimentRows": ["{ experimentRows { totalCount nodes { study name baseModel } } }", () => ({})],
  "Query.layerRows": ["{ layerRows { totalCount nodes { study layer baseline candidate } } }", () => ({})],
  "Query.viewer": ["{ viewer { token name role studies expiresAt mayChange mayReadAuditLog } }", () => ({})],
  "Query.auditLog": [
    '{ auditLog(filter: { actions: [STUDY_UPDATED, STUDY_DELETED] }) { nodes { action study } } two: study(slug: "two") { slug } }',
    () => ({}),
  ],
  "Query.deletedStudies": ["{ deletedStudies { slug name deletedBy } }", () => ({})],
  "Query.deletedExperiments": ['{ deletedExperiments(slug: "two") { name deletedBy } }', () => ({})],
  "Query.models": ["{ models { totalCount nodes { names } } }", () => ({})],
  "Query.evaluationSets": ["{ evaluationSets(first: 5) { nodes { name ownDataOf } } }", () => ({})],
  "Query.evaluationSet": ['{ evaluationSet(name: "common") { name ownDataOf } }', () => ({})],
  "Query.job": ["query($id: ID!) { job(id: $id) { id message } }", () => ({ id: ids.hidden })],
  "Mutation.tagStudy": ['mutation { tagStudy(slug: "two", tags: ["seen"]) { slug tags } }', () => ({})],
  "Mutation.untagStudy": ['mutation { untagStudy(slug: "two", tags: ["seen"]) { slug tags } }', () => ({})],
  "Mutation.deleteStudy": [DELETE_AND_RESTORE, () => ({})],
  "Mutation.restoreStudy": [DELETE_AND_RESTORE, () => ({})],
  "Mutation.deleteExperiment": [DELETE_AND_RESTORE_RUN, () => ({ id: ids.two[0] })],
  "Mutation.restoreExperiment": [DELETE_AND_RESTORE_RUN, () => ({ id: ids.two[0] })],
  "Mutation.updateStudy": [
    'mutation { updateStudy(slug: "two", metricDirections: [{ metric: "zeta", higherIsBetter: true }]) { slug name } }',
    () => ({}),
  ],
  "Mutation.updateExperiment": [
    'mutation($id: ID!) { updateExperiment(id: $id, set: [{ field: "note", value: "seen" }]) { experiment { name study { slug } } } }',
    () => ({ id: ids.two[0] }),
  ],
  "Mutation.precomputeStudy": [
    'mutation { precomputeStudy(slug: "two") { study { slug name } job { id } } }',
    () => ({}),
  ],
  "Mutation.cancelJob": [
    "mutation($id: ID!) { cancelJob(id: $id) { id status message } }",
    () => ({ id: ids.cancellable }),
  ],
  "Mutation.importStudy": [
    "mutation($input: ImportStudyInput!) { importStudy(input: $input) { job { status message } } }",
    () => ({ input: { folder: path.join(root, "empty") } }),
  ],
  "Subscription.jobProgress": [
    "subscription($id: ID!) { jobProgress(id: $id) { id message } }",
    () => ({ id: ids.hidden }),
  ],
};
const EXPORTS = [
  ...["memory-comparison.svg", "rank-threshold.png", "loss-curves.csv", "memory-vs-performance.vl.json"].map(
    (file) => `/plots/studies/two/${file}`,
  ),
  ...["report.md", "report.html", "report.json", "diagnostic_summary.json?rank=2"],
  ...["experiments.csv", "layers.csv", "degradation.csv", "curves.csv", "experiments.parquet"],
].map((file) => (file.startsWith("/") ? file : `/export/studies/two/${file}`));
const TABLES = [
  "/plots/degradation-across-studies.csv",
  "/export/experiments.csv",
  "/export/layers.csv",
  "/export/experiments.parquet",
];

/** Words that occur only in results about the second study. */
const OF_TWO = /"two"|,two,|^two,|two|other|untrained|of both/m;

test("every root field has an operation in this test", async () => {
  const schema = await openSchema();
  const roots = objectFields(schema)
    .filter(({ type }) => isRootType(schema, type))
    .map(({ type, field }) => `${type.name}.${field.name}`);
  expect(Object.keys(OPERATIONS).sort()).toEqual(roots.sort());
});

describe("a server on loopback without tokens", () => {
  test("permits every operation to everyone", async () => {
    expect(await execute(undefined, OPERATIONS["Mutation.tagStudy"]?.[0] ?? "")).toMatchObject({
      status: 200,
      codes: [],
    });
    expect((await download(undefined, "/export/experiments.csv")).status).toBe(200);
    expect(await over(undefined, "{ studies { totalCount } }")).toBe('{"studies":{"totalCount":2}}');
    expect(await (await fetch(new URL("/session", server.address))).json()).toEqual({
      role: "admin",
      studies: null,
      expiresAt: null,
      needsToken: false,
    });
  });
});

describe("a server with tokens", () => {
  const closings: Promise<number>[] = [];
  let cookie = "";

  beforeAll(async () => {
    // Opened before the first token.
    const socket = new WebSocket(
      new URL("/graphql", server.address).href.replace("http", "ws"),
      "graphql-transport-ws",
    );
    closings.push(new Promise((resolve) => socket.once("close", resolve)));
    await new Promise((resolve) => {
      socket.once("message", resolve);
      socket.once("open", () => socket.send(JSON.stringify({ type: "connection_init" })));
    });
    const { database } = fresh;
    const store = async (name: keyof typeof tokens, token: Parameters<typeof storedToken>[1]) => {
      tokens[name] = (await storedToken(database, token)).text;
    };
    await store("reader", { role: "READER" });
    await store("writer", { role: "WRITER" });
    await store("admin", { role: "ADMIN" });
    const importRoots = [path.join(root, "fresh")];
    await store("limited", { role: "WRITER", studies: ["one", "fresh"], importRoots });
    await store("rootless", { role: "WRITER", studies: ["one"] });
    await store("expired", { role: "ADMIN", expiresAt: new Date(Date.now() - 1000) });
    await store("revoked", { role: "ADMIN" });
    await revokeToken(database, tokens.revoked.split("_")[1] ?? "", SERVER_ACTOR);
    // PostgreSQL notifies the server.
    while ((await execute(undefined, "{ __typename }")).status === 200);
    while ((await execute(tokens.limited, "{ __typename }")).status !== 200);
    while ((await execute(tokens.revoked, "{ __typename }")).status === 200);
  });

  test("closes a WebSocket that was opened before the first token", async () => {
    expect(await closings[0]).toBe(4401);
  });

  describe.each([
    ["no token", () => undefined],
    ["a malformed token", () => "secret"],
    ["an unknown token", () => `rks_000000000000_${"a".repeat(43)}`],
    ["a token with a wrong secret", () => tokens.admin.replace(/.{10}$/, "aaaaaaaaaa")],
    ["an expired token", () => tokens.expired],
    ["a revoked token", () => tokens.revoked],
  ])("a request with %s", (_, tokenOf) => {
    test.each(Object.keys(OPERATIONS))("is rejected by %s", async (name) => {
      const [query, variables] = OPERATIONS[name] ?? ["", () => ({})];
      if (name.startsWith("Subscription"))
        expect(await over(tokenOf(), query, variables() as Record<string, unknown>)).toBe(4401);
      else
        expect(await execute(tokenOf(), query, variables())).toMatchObject({ status: 401, codes: ["UNAUTHENTICATED"] });
    });

    test.each([...EXPORTS, ...TABLES])("is rejected by %s", async (target) => {
      const { status, headers, text } = await download(tokenOf(), target);
      expect([status, headers.get("www-authenticate")]).toEqual([401, "Bearer"]);
      expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: "UNAUTHENTICATED" } }] });
    });

    test("is refused introspection and sign-in, and receives the page", async () => {
      expect((await execute(tokenOf(), "{ __schema { types { name } } }")).status).toBe(401);
      const { status, headers } = await fetch(new URL("/session", server.address), {
        method: "POST",
        headers: bearer(tokenOf()),
      });
      expect([status, headers.get("set-cookie")]).toEqual([401, null]);
      expect((await download(tokenOf(), "/")).status).toBe(200);
    });
  });

  describe.each(["reader", "writer", "admin"] as const)("a %s", (role) => {
    test.each(Object.keys(OPERATIONS))("%s", async (name) => {
      const [query, variables] = OPERATIONS[name] ?? ["", () => ({})];
      if (name.startsWith("Subscription")) {
        expect(await over(tokens[role], query, variables() as Record<string, unknown>)).toContain(ids.hidden);
        return;
      }
      const { status, codes, text } = await execute(tokens[role], query, variables());
      const needed = REQUIRED_ROLES[name] ?? (name.startsWith("Mutation") ? "writer" : "reader");
      const isAllowed = hasRole(role, needed);
      expect({ status, codes }).toEqual(isAllowed ? { status: 200, codes: [] } : { status: 403, codes: ["FORBIDDEN"] });
      // The results contain what a restricted token must not see. The second study has no degradation and no evaluation.
      if (
        isAllowed &&
        !/viewer|deletedStudies|deletedExperiments|importStudy|cancelJob|compareExperiments|compareEvaluations|comparePredictions|degradationAcrossStudies/.test(
          name,
        )
      )
        expect(text).toMatch(OF_TWO);
      // The same result over a WebSocket.
      if (name.startsWith("Mutation") && !isAllowed)
        expect(await over(tokens[role], query, variables() as Record<string, unknown>)).toBe("FORBIDDEN");
    });

    test.each([...EXPORTS, ...TABLES])("%s", async (target) => {
      expect((await download(tokens[role], target)).status).toBe(200);
    });
  });

  test.each(["reader", "writer", "admin"] as const)("/metrics accepts the token of a %s", async (role) => {
    expect((await download(tokens[role], "/metrics")).text).toContain("rankscope_http_request_seconds");
  });

  test("/metrics requires a token for all studies", async () => {
    expect((await download(undefined, "/metrics")).status).toBe(401);
    expect((await download(tokens.limited, "/metrics")).status).toBe(403);
    expect((await download(undefined, "/healthz")).status).toBe(200);
    expect((await download(undefined, "/readyz")).status).toBe(200);
  });

  describe("a token for some studies", () => {
    const NOTHING: Readonly<Record<string, string>> = {
      "Query.compareExperiments": "ARGUMENT_INVALID",
      "Query.compareEvaluations": "ARGUMENT_INVALID",
      "Query.comparePredictions": "ARGUMENT_INVALID",
      "Query.similarityMatrix": "ARGUMENT_INVALID",
      "Query.auditLog": "FORBIDDEN",
      "Mutation.deleteStudy": "STUDY_NOT_FOUND",
      "Mutation.restoreStudy": "STUDY_NOT_FOUND",
      "Mutation.deleteExperiment": "EXPERIMENT_NOT_FOUND",
      "Mutation.restoreExperiment": "EXPERIMENT_NOT_FOUND",
      "Mutation.tagStudy": "STUDY_NOT_FOUND",
      "Mutation.untagStudy": "STUDY_NOT_FOUND",
      "Mutation.updateStudy": "STUDY_NOT_FOUND",
      "Mutation.updateExperiment": "EXPERIMENT_NOT_FOUND",
      "Mutation.precomputeStudy": "STUDY_NOT_FOUND",
      "Mutation.cancelJob": "JOB_NOT_FOUND",
      "Mutation.importStudy": "FORBIDDEN",
    };

    test.each(Object.keys(OPERATIONS))("reveals nothing of other studies: %s", async (name) => {
      const [query, variables] = OPERATIONS[name] ?? ["", () => ({})];
      if (name.startsWith("Subscription")) {
        expect(await over(tokens.limited, query, variables() as Record<string, unknown>)).toBe("JOB_NOT_FOUND");
        expect(await over(tokens.limited, query, { id: ids.job })).toContain("of one");
        return;
      }
      // The server keeps what a token for all studies gets.
      if (name.startsWith("Query")) await execute(tokens.reader, query, variables());
      const { codes, text } = await execute(tokens.limited, query, variables());
      expect(codes).toEqual(name in NOTHING ? [NOTHING[name]] : []);
      const data = JSON.stringify((JSON.parse(text) as { data: unknown }).data);
      // Aliases and error messages repeat names of the query.
      expect(data.replace('"two":null', "")).not.toMatch(OF_TWO);
    });

    test("gets the same answers as a token for all studies, without the second study", async () => {
      const query =
        '{ study(slug: "one") { slug ranks { r degradation { percent } } layers { name } experiments { nodes { name metrics { name value } curves hasWeights } } weightSimilarity(rank: 2) { mean } hypotheses { verdict } } }';
      const [mine, all] = [await execute(tokens.limited, query), await execute(tokens.reader, query)];
      expect(mine.codes).toEqual([]);
      expect(mine.text).toBe(all.text);
      const lists =
        "{ studies { totalCount nodes { slug } } experimentRows { totalCount } models { totalCount nodes { names } } }";
      expect(JSON.parse((await execute(tokens.limited, lists)).text)).toEqual({
        data: {
          studies: { totalCount: 1, nodes: [{ slug: "one" }] },
          experimentRows: { totalCount: 5 },
          models: { totalCount: 1, nodes: [{ names: ["org/tiny-bnb-4bit"] }] },
        },
      });
    });

    test("gets no result about other studies with any filter", async () => {
      for (const filter of [
        '{ slug: { equals: "two" } }',
        '{ not: { slug: { equals: "one" } } }',
        '{ search: "other" }',
        '{ experiments: { some: { name: { equals: "other" } } } }',
      ]) {
        const { text } = await execute(tokens.limited, `{ studies(filter: ${filter}) { totalCount nodes { slug } } }`);
        expect(JSON.parse(text)).toEqual({ data: { studies: { totalCount: 0, nodes: [] } } });
      }
    });

    test.each(EXPORTS)("is answered with 404: %s", async (target) => {
      const [hidden, absent] = [
        await download(tokens.limited, target),
        await download(tokens.limited, target.replace("two", "none")),
      ];
      expect(hidden.status).toBe(404);
      expect(hidden.text.replace("two", "none")).toBe(absent.text);
      expect((await download(tokens.limited, target.replace("two", "one"))).status).toBe(200);
    });

    test.each(TABLES)("%s has only its studies", async (target) => {
      const { status, text } = await download(tokens.limited, target);
      expect(status).toBe(200);
      expect(text).toContain("one");
      expect(text).not.toMatch(/two|other|untrained/);
    });

    test("labels, computes and imports its own studies", async () => {
      expect(
        (await execute(tokens.limited, 'mutation { tagStudy(slug: "one", tags: ["mine"]) { slug tags } }')).text,
      ).toContain('"mine"');
      const { text } = await execute(tokens.limited, 'mutation { precomputeStudy(slug: "one") { job { id status } } }');
      expect(text).toMatch(/"status":"(RUNNING|SUCCEEDED)"/);
      const mutation =
        "mutation($input: ImportStudyInput!) { importStudy(input: $input) { job { status } study { slug } } }";
      const folder = path.join(root, "fresh");
      const imported = await execute(tokens.limited, mutation, { input: { folder, slug: "fresh", waitSeconds: 20 } });
      expect(JSON.parse(imported.text)).toEqual({
        data: { importStudy: { job: { status: "SUCCEEDED" }, study: { slug: "fresh" } } },
      });
      expect((await execute(tokens.limited, mutation, { input: { folder, slug: "two" } })).codes).toEqual([
        "FORBIDDEN",
      ]);
      expect((await execute(tokens.limited, "{ studies { totalCount } }")).text).toBe(
        '{"data":{"studies":{"totalCount":2}}}\n',
      );
    });

    test("does not read the folder of another study by importing it under its own slug", async () => {
      const attack = async (token: string, slug: string, folder: string) => {
        const query = "mutation($input: ImportStudyInput!) { importStudy(input: $input) { job { status } } }";
        const { codes, text } = await execute(token, query, { input: { slug, folder: path.join(root, folder) } });
        expect(text).toContain("--import-root FOLDER");
        return codes;
      };
      for (const folder of ["other-folder", "other-folder/16bit_r2", "fresh/../other-folder", "fresh/way-across", ""]) {
        expect(await attack(tokens.limited, "fresh", folder), folder).toEqual(["FOLDER_NOT_ALLOWED"]);
      }
      for (const folder of ["other-folder", "fresh", ""]) {
        expect(await attack(tokens.rootless, "one", folder), folder).toEqual(["FORBIDDEN"]);
      }
    });

    test("does not read the folder of another study by replacing its own while the import waits", async () => {
      const { database } = fresh;
      const folder = path.join(root, "fresh");
      const { id } = await storedToken(database, { role: "WRITER", studies: ["fresh"], importRoots: [folder] });
      const recheck = (serverRoots: readonly string[]) =>
        recheckImport(database, { folder, serverRoots }, { requestedBy: id }).then(
          () => "allowed",
          ({ code }: { code: string }) => code,
        );
      expect(await recheck([root])).toBe("allowed");
      expect(await recheck([path.join(root, "other-folder")])).toBe("FOLDER_NOT_ALLOWED");
      await rename(folder, `${folder}-moved`);
      await symlink(path.join(root, "other-folder"), folder);
      expect(await recheck([root])).toBe("FOLDER_NOT_ALLOWED");
      await rm(folder);
      await rename(`${folder}-moved`, folder);
      await revokeToken(database, id, SERVER_ACTOR);
      expect(await recheck([root])).toBe("UNAUTHENTICATED");
    });
  });

  describe("a session", () => {
    test("is created with a token, and authenticates images and links", async () => {
      const response = await fetch(new URL("/session", server.address), {
        method: "POST",
        headers: bearer(tokens.limited),
      });
      expect(await response.json()).toMatchObject({ role: "writer", studies: ["one", "fresh"], needsToken: true });
      const set = response.headers.get("set-cookie") ?? "";
      expect(set).toMatch(/^rankscope_session=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/);
      expect(set).not.toContain(tokens.limited.split("_").slice(2).join("_"));
      cookie = set.split(";")[0] ?? "";
      expect((await download(undefined, "/export/studies/one/report.md", { cookie })).status).toBe(200);
      expect((await download(undefined, "/export/studies/two/report.md", { cookie })).status).toBe(404);
    });

    test("is not accepted from pages of other sites", async () => {
      for (const headers of [
        { origin: "https://evil.example" },
        { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" },
      ]) {
        expect((await download(undefined, "/export/studies/one/report.md", { cookie, ...headers })).status).toBe(403);
      }
    });

    test("does not authenticate plots that pages of other sites embed", async () => {
      const shown = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors", "sec-fetch-dest": "image" };
      const plot = "/plots/studies/one/memory-comparison.svg";
      expect((await download(undefined, plot, shown)).status).toBe(401);
      const seen = await download(tokens.limited, plot, shown);
      expect([seen.status, seen.headers.get("cross-origin-resource-policy")]).toEqual([200, "cross-origin"]);
      expect((await download(tokens.limited, "/export/studies/one/report.md", shown)).status).toBe(403);
    });

    test("ends with its token, as subscriptions do", async () => {
      const { id, text } = await storedToken(fresh.database, { role: "READER" });
      while ((await execute(text, "{ __typename }")).status !== 200);
      const signedIn = await fetch(new URL("/session", server.address), { method: "POST", headers: bearer(text) });
      const mine = signedIn.headers.get("set-cookie")?.split(";")[0] ?? "";
      expect((await download(undefined, "/export/experiments.csv", { cookie: mine })).status).toBe(200);
      const client = createClient({
        url: new URL("/graphql", server.address).href.replace("http", "ws"),
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        connectionParams: { authorization: `Bearer ${text}` },
      });
      const events = client.iterate({
        query: "subscription($id: ID!) { jobProgress(id: $id) { id } }",
        variables: { id: ids.job },
      });
      await events.next();
      const ended = events.next();
      await revokeToken(fresh.database, id, SERVER_ACTOR);
      await expect(ended).rejects.toMatchObject({ code: 4401 });
      await client.dispose();
      expect((await download(undefined, "/export/experiments.csv", { cookie: mine })).status).toBe(401);
    });

    test("is removed at sign-out", async () => {
      const response = await fetch(new URL("/session", server.address), { method: "DELETE" });
      expect([response.status, response.headers.get("set-cookie")]).toEqual([
        204,
        "rankscope_session=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; SameSite=Strict",
      ]);
    });
  });

  test("the last use of a token is stored, and its secret is stored nowhere", async () => {
    await server.close();
    const rows = await fresh.database.sql<{ used: boolean; row: string }[]>`
      select last_used_at is not null as used, access_token::text as row from access_token`;
    expect(rows.filter(({ used }) => used).length).toBeGreaterThanOrEqual(4);
    for (const { row } of rows) for (const token of Object.values(tokens)) expect(row).not.toContain(token.slice(17));
    server = await startServer(real.services, { host: "127.0.0.1", port: 0, limits: STILL });
  });
});

describe("a server that other machines can reach", () => {
  const empty = freshDatabase();

  test("does not start without a valid token, and explains how to create one", async () => {
    const start = () => startServer({ ...real.services, database: empty.database }, { host: "0.0.0.0", port: 0 });
    const refused = {
      code: "TOKEN_NEEDED",
      message: expect.stringContaining("rankscope token create --role admin") as string,
    };
    await expect(start()).rejects.toMatchObject(refused);
    await storedToken(empty.database, { role: "ADMIN", expiresAt: new Date(Date.now() - 1000) });
    await expect(start()).rejects.toMatchObject(refused);
    const { text } = await storedToken(empty.database, { role: "READER" });
    const open = await start();
    const { port } = new URL(open.address);
    const of = (host: string, token?: string) =>
      fetch(`http://${host}:${port}/export/experiments.csv`, { headers: bearer(token) }).then(({ status }) => status);
    expect([await of("127.0.0.1", text), await of("localhost", text), await of("127.0.0.1")]).toEqual([200, 200, 401]);
    await open.close();
  });

  test("requires a token on loopback if it is configured to", async () => {
    const needing = await startServer(
      { ...real.services, database: fresh.database },
      { host: "127.0.0.1", port: 0, requireToken: true },
    );
    expect((await fetch(new URL("/export/experiments.csv", needing.address))).status).toBe(401);
    await needing.close();
  });
});

describe("pages of other sites", () => {
  let shared: RunningServer;
  beforeAll(async () => {
    shared = await startServer(real.services, {
      host: "127.0.0.1",
      port: 0,
      corsOrigins: ["https://notebook.example"],
    });
  });
  afterAll(() => shared.close());

  test("are rejected unless their origin is allowed", async () => {
    for (const target of ["/", "/graphql", "/export/experiments.csv", "/session", "/none"]) {
      const other = await fetch(new URL(target, shared.address), { headers: { origin: "https://evil.example" } });
      expect([other.status, other.headers.get("access-control-allow-origin")], target).toEqual([403, null]);
      const named = await fetch(new URL(target, shared.address), { headers: { origin: "https://notebook.example" } });
      expect(named.headers.get("access-control-allow-origin"), target).toBe("https://notebook.example");
      expect(named.headers.get("access-control-allow-credentials"), target).toBeNull();
    }
  });

  test("receive an answer to their preflight requests", async () => {
    const before = await fetch(new URL("/graphql", shared.address), {
      method: "OPTIONS",
      headers: { origin: "https://notebook.example", "access-control-request-method": "POST" },
    });
    expect([before.status, before.headers.get("access-control-allow-headers")]).toEqual([
      204,
      "authorization, content-type, apollo-require-preflight",
    ]);
  });
});

test("a server that had tokens stays closed when the last one is revoked, until another one is created", async () => {
  const { database } = fresh;
  for (const { id, revokedAt } of await listTokens(database))
    if (revokedAt === null) await revokeToken(database, id, SERVER_ACTOR);
  while ((await execute(tokens.admin, "{ __typename }")).status === 200);
  expect(await execute(undefined, "{ __typename }")).toMatchObject({ status: 401, codes: ["UNAUTHENTICATED"] });
  const { text } = await storedToken(database, { role: "READER" });
  while ((await execute(text, "{ __typename }")).status !== 200);
});
