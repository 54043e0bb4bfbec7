import { beforeAll, describe, expect, test } from "vitest";
import type { ExperimentRecord } from "#src/model/records.js";
import type { SettingRecord } from "#src/model/settings.js";
import type { Database } from "#src/store/database.js";
import { lockSlug } from "#src/store/write/lock-slug.js";
import { storedToken } from "../../support/access-tokens.js";
import { apiServer } from "../../support/api-server.js";
import { storeStudy } from "../../support/store-study.js";
import { experimentRecord, studyRecord } from "../../support/study-record.js";

const setting = (field: string, value: SettingRecord["value"]): SettingRecord => ({
  field,
  value,
  file: "config.json",
  key: field,
  certainty: "STATED",
});

const run = (name: string, rest: Partial<ExperimentRecord> = {}): ExperimentRecord =>
  experimentRecord(name, {
    quantization: { label: "16bit", bits: 16, scheme: null },
    seed: 1,
    settings: [setting("bits", 16), setting("learning_rate", 2e-4), setting("seed", 1)],
    checkpoints: [],
    ...rest,
  });

const RUNS = ["a", "b", "c", "d", "e", "f"].map((name) => run(name));

function store(database: Database, name: string, experiments: readonly ExperimentRecord[]) {
  return storeStudy(database, studyRecord(experiments, { name, folder: `/${name}` }), { morePrecise: () => undefined });
}

const server = apiServer(async (database) => {
  await store(database, "one", RUNS);
  await store(database, "two", [run("other")]);
});

const RUN = `id name method seed numSamples learningRate quantization { label bits scheme }
  config { field value certainty source { file key statedBy statedAt } replaced { value source { file key } certainty } }`;
const UPDATE = `mutation($id: ID!, $set: [SettingInput!] = [], $clear: [String!] = []) {
  updateExperiment(id: $id, set: $set, clear: $clear) { experiment { ${RUN} } contradictions { field message } } }`;

async function idOf(name: string): Promise<string> {
  const [row] = await server.database.sql<{ id: string }[]>`select id from experiment where name = ${name}`;
  return row?.id ?? "";
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the query determines the shape, which the tests assert
async function update(name: string, variables: Record<string, unknown>): Promise<any> {
  const { data, errors } = await server.execute(UPDATE, { id: await idOf(name), ...variables });
  expect(errors).toBeUndefined();
  return data.updateExperiment;
}

const read = async (name: string) => {
  const { data } = await server.execute(`query($id: ID!) { experiment(id: $id) { ${RUN} } }`, { id: await idOf(name) });
  return data.experiment;
};

interface Configured {
  readonly config: readonly { readonly field: string; readonly value: unknown }[];
}

const configOf = ({ config }: Configured, field: string) => config.find((one) => one.field === field);

describe("a person's setting", () => {
  test("takes precedence, and shows what it replaces", async () => {
    const { experiment, contradictions } = await update("a", {
      set: [
        { field: "lr", value: "3e-4" },
        { field: "note", value: "second attempt" },
      ],
    });
    expect(experiment.learningRate).toBe(3e-4);
    expect(configOf(experiment, "learning_rate")).toMatchObject({
      value: 3e-4,
      certainty: "STATED",
      source: { file: null, key: "updateExperiment", statedBy: null, statedAt: expect.any(String) as string },
      replaced: { value: 2e-4, source: { file: "config.json", key: "learning_rate" }, certainty: "STATED" },
    });
    expect(configOf(experiment, "note")).toMatchObject({ value: "second attempt", replaced: null });
    expect(contradictions).toEqual([
      {
        field: "learning_rate",
        message:
          "learning_rate is 0.0003 as a person states it, and 0.0002 in config.json (learning_rate). The person's value is used.",
      },
    ]);
    const { data } = await server.execute(
      '{ experimentRows(filter: { config: [{ field: "learning_rate", equals: "3e-4" }] }) { nodes { name } } }',
    );
    expect(data.experimentRows.nodes).toEqual([{ name: "a" }]);
  });

  test("changes what follows from it, and clearing it restores the files' values", async () => {
    const before = await read("b");
    const { experiment } = await update("b", {
      set: [
        { field: "bits", value: 4 },
        { field: "scheme", value: "nf4" },
        { field: "seed", value: 7 },
        { field: "num_samples", value: 9 },
      ],
    });
    expect(experiment).toMatchObject({
      method: "QLORA",
      seed: 7,
      numSamples: 9,
      quantization: { label: "4bit", bits: 4, scheme: "nf4" },
    });
    const partly = await update("b", { clear: ["scheme", "seed", "epochs"] });
    expect(partly.experiment).toMatchObject({ seed: 1, quantization: { label: "4bit", bits: 4, scheme: null } });
    const cleared = await update("b", { clear: ["bits", "num_samples"] });
    expect(cleared.experiment).toEqual(before);
    expect(cleared.contradictions).toEqual([]);
  });

  test("makes comparison roles of runs that had none", async () => {
    const roles = async () => {
      const { data } = await server.execute(
        '{ study(slug: "one") { ranks { degradation { roles { baseline candidate } } } } }',
      );
      return data.study.ranks[0].degradation.roles;
    };
    expect(await roles()).toBeNull();
    await update("c", { set: [{ field: "bits", value: 4 }] });
    expect(await roles()).toEqual({ baseline: "16bit", candidate: "4bit" });
    await update("c", { clear: ["bits"] });
    expect(await roles()).toBeNull();
  });

  test("is kept when the folder is imported again, and contradictions are reported", async () => {
    await update("d", {
      set: [
        { field: "bits", value: 4 },
        { field: "learning_rate", value: 1e-3 },
        { field: "seed", value: 3 },
      ],
    });
    const stated = await read("d");
    const again = await store(server.database, "one", RUNS);
    expect(again.updated).toMatchObject({ experiments: 0 });
    expect(again.added).toMatchObject({ experiments: 0 });
    expect(await read("d")).toEqual(stated);
    const messages = again.conflicts.filter(({ where }) => where === "d").map(({ message }) => message);
    expect(messages).toHaveLength(3);
    expect(messages.join()).toContain("bits is 4 as a person states it, and 16 in config.json (bits)");

    const changed = RUNS.map((record) =>
      record.name === "d"
        ? { ...record, numSamples: 77, settings: [setting("bits", 16), setting("epochs", 2)] }
        : record,
    );
    await store(server.database, "one", changed);
    const now = await read("d");
    expect(now).toMatchObject({ method: "QLORA", seed: 3, learningRate: 1e-3, quantization: { bits: 4 } });
    expect(configOf(now, "learning_rate")).toMatchObject({ replaced: null });
    expect(configOf(now, "epochs")).toMatchObject({ value: 2 });
    const cleared = await update("d", { clear: ["bits", "learning_rate", "seed"] });
    expect(cleared.experiment).toMatchObject({
      method: "LORA",
      seed: 1,
      learningRate: null,
      quantization: { bits: 16 },
    });
  });

  test("that the files state too contradicts nothing", async () => {
    const { contradictions } = await update("e", { set: [{ field: "learning_rate", value: 0.0002 }] });
    expect(contradictions).toEqual([]);
  });

  test("of requests at once are all kept", async () => {
    const fields = Array.from({ length: 8 }, (_, i) => `own_${i}`);
    await Promise.all(fields.map((field, i) => update("f", { set: [{ field, value: i }] })));
    const now = await read("f");
    expect(fields.map((field) => configOf(now, field)?.value)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });
});

describe("updateExperiment rejects", () => {
  const hostile = "x'); drop table experiment; --";
  test.each<[string, Record<string, unknown>, string]>([
    ["a value of another type", { set: [{ field: "learning_rate", value: "fast" }] }, "a number, 0 or more"],
    ["a negative value", { set: [{ field: "seed", value: -1 }] }, "a whole number, 0 to 2147483647"],
    ["a number that is no whole number", { set: [{ field: "bits", value: 4.5 }] }, "a whole number, 1 to 64"],
    ["another method", { set: [{ field: "method", value: "magic" }] }, "QLORA"],
    ["an object", { set: [{ field: "note", value: { a: 1 } }] }, "a text, a number"],
    ["an empty text", { set: [{ field: "hardware", value: " " }] }, "1 to 4000 characters"],
    ["a zero character", { set: [{ field: "note", value: "a\0" }] }, "a text, a number"],
    ["half a character", { set: [{ field: "note", value: "\ud800" }] }, "a text, a number"],
    ["a long text", { set: [{ field: "note", value: "a".repeat(4_001) }] }, "a text, a number"],
    ["a long list", { set: [{ field: "note", value: Array<number>(201).fill(1) }] }, "a list of 1 to 200"],
    ["a name that no list shows well", { set: [{ field: hostile, value: 1 }] }, hostile],
    ["a misspelt name with spaces", { set: [{ field: "learning  rates!", value: 1 }] }, "learning_rate"],
    ["the rank", { set: [{ field: "r", value: 8 }] }, "The rank follows from"],
    ["the base model", { clear: ["base_model"] }, "one base model"],
    [
      "a setting twice",
      {
        set: [
          { field: "lr", value: 1 },
          { field: "learning_rate", value: 2 },
        ],
      },
      "more than once",
    ],
    ["set and clear", { set: [{ field: "lr", value: 1 }], clear: ["learning_rate"] }, "which is also set"],
    ["too many", { set: Array.from({ length: 201 }, (_, i) => ({ field: `f${i}`, value: 1 })) }, "up to 200"],
  ])("%s", async (_, variables, message) => {
    const before = await read("a");
    const { errors } = await server.execute(UPDATE, { id: await idOf("a"), ...variables });
    expect(errors?.[0]).toMatchObject({
      message: expect.stringContaining(message) as string,
      extensions: { code: "ARGUMENT_INVALID" },
    });
    expect(await read("a")).toEqual(before);
  });

  test("an unknown run", async () => {
    for (const id of ["x", "019318a2-7c5e-7a3b-9f3e-2f6c1f0a9b11"]) {
      const { errors } = await server.execute(UPDATE, { id });
      expect(errors?.[0]?.extensions.code).toBe("EXPERIMENT_NOT_FOUND");
    }
  });

  test("changes while an import stores the study", async () => {
    const id = await idOf("f");
    const set = [{ field: "note", value: "meanwhile" }];
    const answer = await server.database.sql.begin(async (sql) => {
      await lockSlug(sql, "one");
      return server.execute(UPDATE, { id, set });
    });
    expect(answer.errors?.[0]?.extensions.code).toBe("STUDY_BUSY");
    expect((await server.execute(UPDATE, { id, set })).errors).toBeUndefined();
  });

  test("settings that follow from the adapter", async () => {
    await server.database.sql`update experiment set adapter = '{}' where name = 'e'`;
    const { errors } = await server.execute(UPDATE, {
      id: await idOf("e"),
      set: [{ field: "lora_alpha", value: 16 }],
    });
    expect(errors?.[0]?.message).toContain("adapter_config.json");
  });
});

describe("with tokens", () => {
  const ask = async (token: string, source: string, variables: Record<string, unknown>) => {
    const response = await fetch(new URL("/graphql", server.address), {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ query: source, variables }),
    });
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- as above
    return (await response.json()) as { data?: any; errors?: { extensions: { code: string } }[] };
  };
  const set = [{ field: "bits", value: 8 }];
  let writer = { id: "", text: "" };
  let reader = writer;

  beforeAll(async () => {
    writer = await storedToken(server.database, { role: "WRITER", studies: ["one"] });
    reader = await storedToken(server.database, { role: "READER", studies: ["one"] });
    // PostgreSQL notifies the server.
    while ((await ask(reader.text, "{ __typename }", {})).errors !== undefined);
  });

  test("a writer states settings in the studies of its token only, under its own id", async () => {
    const { database } = server;
    const mine = await ask(writer.text, UPDATE, { id: await idOf("a"), set });
    expect(mine.errors).toBeUndefined();
    expect(configOf(mine.data.updateExperiment.experiment, "bits")).toMatchObject({
      value: 8,
      source: { statedBy: writer.id },
    });
    const [before] = await database.sql`select * from experiment where name = 'other'`;
    const foreign = await ask(writer.text, UPDATE, { id: await idOf("other"), set });
    expect(foreign.errors?.[0]?.extensions.code).toBe("EXPERIMENT_NOT_FOUND");
    expect((await database.sql`select * from experiment where name = 'other'`)[0]).toEqual(before);
    const refused = await ask(reader.text, UPDATE, { id: await idOf("a"), set });
    expect(refused.errors?.[0]?.extensions.code).toBe("FORBIDDEN");
  });

  test("similar names are those of visible runs", async () => {
    const { database } = server;
    const id = await idOf("other");
    await database.sql`insert into experiment_setting (experiment_id, field, value, file, key, certainty)
      values (${id}, 'secret_project_x', '1', '', '', 'STATED')`;
    const query = `{ experimentRows(filter: { config: [{ field: "secret_project_y" }] }) { totalCount } }`;
    const answer = JSON.stringify(await ask(reader.text, query, {}));
    expect(answer).not.toContain("secret_project_x");
    const exact = `{ experimentRows(filter: { config: [{ field: "secret_project_x" }] }) { totalCount } }`;
    expect((await ask(reader.text, exact, {})).errors?.[0]?.extensions.code).toBe("ARGUMENT_INVALID");
  });
});
