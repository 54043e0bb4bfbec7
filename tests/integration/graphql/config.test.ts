import { describe, expect, test } from "vitest";
import type { SettingRecord, SettingValue } from "#src/model/settings.js";
import type { Database } from "#src/store/database.js";
import { apiServer } from "../../support/api-server.js";
import { UNCACHED } from "../../support/still-limits.js";
import { storeStudy } from "../../support/store-study.js";
import { experimentRecord, studyRecord } from "../../support/study-record.js";

type Settings = Readonly<Record<string, SettingValue>>;

const settingsOf = (settings: Settings): SettingRecord[] =>
  Object.entries(settings).map(([field, value]) => ({
    field,
    value,
    file: "training_args.json",
    key: field,
    certainty: "STATED",
  }));

/** The settings and the training loss of each run, by study and run. */
const STUDIES: Readonly<Record<string, Readonly<Record<string, readonly [Settings, number]>>>> = {
  one: {
    a1: [{ learning_rate: 2e-4, scheduler: "cosine", seed: 1, run_name: "a1", output_dir: "/a1" }, 1],
    a2: [{ learning_rate: 2e-4, scheduler: "cosine", seed: 2, run_name: "a2", output_dir: "/a2" }, 2],
    b1: [{ learning_rate: 1e-3, scheduler: "linear", seed: 1, epochs: 3 }, 3],
    none: [{}, 4],
  },
  two: {
    c1: [{ learning_rate: 5e-5, scheduler: "cosine", seed: 1, mixing_ratio: 0.3, target_modules: ["q", "v"] }, 5],
    c2: [{ learning_rate: "auto", packing: true, batch_size: 4, gradient_accumulation_steps: 8, gpus: 2 }, 6],
  },
};

async function fill(database: Database): Promise<void> {
  for (const [name, runs] of Object.entries(STUDIES)) {
    const experiments = Object.entries(runs).map(([run, [settings, loss]]) =>
      experimentRecord(run, {
        settings: settingsOf(settings),
        seed: typeof settings["seed"] === "number" ? settings["seed"] : null,
        metrics: [{ name: "training_loss", value: loss, source: "t.csv" }],
        checkpoints: [],
      }),
    );
    await storeStudy(database, studyRecord(experiments, { name, folder: `/${name}` }), {
      morePrecise: () => undefined,
    });
  }
}

const server = apiServer(fill, { limits: UNCACHED });

interface Rows {
  readonly names: string[];
  readonly endCursor: string | null;
  readonly config: unknown[][];
}

async function rows(variables: Record<string, unknown>): Promise<Rows> {
  const { data, errors } = await server.execute(
    `query($filter: ExperimentFilter, $orderBy: ExperimentOrder, $config: [String!] = [], $first: Int = 500, $after: String) {
      experimentRows(filter: $filter, orderBy: $orderBy, config: $config, first: $first, after: $after) {
        pageInfo { endCursor } nodes { name config } } }`,
    variables,
  );
  expect(errors).toBeUndefined();
  const { nodes, pageInfo } = data.experimentRows;
  return {
    names: nodes.map(({ name }: { name: string }) => name),
    config: nodes.map(({ config }: { config: unknown[] }) => config),
    endCursor: pageInfo.endCursor,
  };
}

const matching = async (config: unknown): Promise<string[]> => (await rows({ filter: { config } })).names.sort();

async function refusal(source: string, variables: Record<string, unknown> = {}): Promise<string> {
  const { errors } = await server.execute(source, variables);
  expect(errors?.[0]?.extensions.code).toBe("ARGUMENT_INVALID");
  return errors?.[0]?.message ?? "";
}

describe("filters by settings", () => {
  test.each<[string, unknown, string[]]>([
    ["a number, however it is written", { field: "learning_rate", equals: "2e-4" }, ["a1", "a2"]],
    ["another spelling of the name", { field: "learningRate", equals: "0.00020" }, ["a1", "a2"]],
    ["a spelling of a tool", { field: "lr_scheduler_type", equals: "linear" }, ["b1"]],
    ["one of several values", { field: "learning_rate", in: ["0.001", "auto"] }, ["b1", "c2"]],
    ["no value", { field: "learning_rate", in: [] }, []],
    ["a range, of numbers only", { field: "learning_rate", gte: 5e-5, lt: 1e-3 }, ["a1", "a2", "c1"]],
    ["a truth value", { field: "packing", equals: "true" }, ["c2"]],
    ["part of a text", { field: "scheduler", contains: "COS" }, ["a1", "a2", "c1"]],
    ["an element of a list", { field: "target_modules", contains: "v" }, ["c1"]],
    ["a list", { field: "target_modules", equals: '["q", "v"]' }, ["c1"]],
    ["a recorded setting", { field: "epochs", recorded: true }, ["b1"]],
    ["a missing setting", { field: "scheduler", recorded: false }, ["c2", "none"]],
    ["another value, or none", { field: "scheduler", equals: "cosine", recorded: false }, ["b1", "c2", "none"]],
    ["a name of one study's own", { field: "mixing_ratio", gt: 0.2 }, ["c1"]],
    ["a standard setting that no run has", { field: "weight_decay", gte: 0 }, []],
    [
      "several settings",
      [
        { field: "seed", equals: "1" },
        { field: "scheduler", equals: "cosine" },
      ],
      ["a1", "c1"],
    ],
    ["text that is no JSON of the store", { field: "scheduler", equals: '["\\u0000"]' }, []],
    ["half a character", { field: "scheduler", equals: "\ud800" }, []],
  ])("%s", async (_, config, expected) => {
    expect(await matching(config)).toEqual(expected);
  });

  test("mean the same in lists of studies, in a study, and in downloads", async () => {
    const filter = { config: [{ field: "learning_rate", gte: 1e-4 }] };
    const { data, errors } = await server.execute(
      `query($filter: ExperimentFilter) {
        studies(filter: { experiments: { some: $filter } }) { nodes { slug } }
        study(slug: "one") { experiments(filter: $filter, orderBy: { field: CONFIG, config: "seed", direction: DESC }, first: 2) {
          totalCount nodes { name } pageInfo { endCursor hasNextPage } } } }`,
      { filter },
    );
    expect(errors).toBeUndefined();
    expect(data.studies.nodes).toEqual([{ slug: "one" }]);
    const { totalCount, nodes, pageInfo } = data.study.experiments;
    expect(totalCount).toBe(3);
    expect(nodes[0]).toEqual({ name: "a2" });
    expect(pageInfo.hasNextPage).toBe(true);
    const url = new URL("/export/experiments.csv", server.address);
    url.search = new URLSearchParams({
      filter: JSON.stringify(filter),
      metrics: "training_loss",
      config: "learning_rate,seed",
    }).toString();
    const lines = (await (await fetch(url)).text()).trim().split("\r\n");
    expect(lines[0]?.endsWith("training_loss,config_learning_rate,config_seed")).toBe(true);
    expect(
      lines
        .slice(1)
        .map((line) => line.split(",").slice(-2).join())
        .sort(),
    ).toEqual(["0.0002,1", "0.0002,2", "0.001,1"]);
  });

  test("a name that no run has is rejected with similar names", async () => {
    const source = "query($config: [ConfigFilter!]) { experimentRows(filter: { config: $config }) { totalCount } }";
    expect(await refusal(source, { config: [{ field: "mixng_ratio" }] })).toContain("Similar names: mixing_ratio");
    expect(await refusal(source, { config: [{ field: "learning_rat" }] })).toContain("learning_rate");
    const hostile = "x'); drop table experiment; --";
    expect(await refusal(source, { config: [{ field: hostile }] })).toContain(hostile);
    expect(await refusal(source, { config: [{ field: "" }] })).toContain("1 to 500 characters");
    expect(await refusal(source, { config: [{ field: "a".repeat(5_000) }] })).toContain("1 to 500 characters");
    const many = Array.from({ length: 65 }, (_, i) => ({ field: `f${i}` }));
    expect(await refusal(source, { config: many })).toContain("65 settings");
    const url = new URL('/export/experiments.csv?filter={"config":[{"field":"mixng_ratio"}]}', server.address);
    const response = await fetch(url);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain("mixing_ratio");
  });
});

describe("orders by a setting", () => {
  const order = (direction: string) => ({ field: "CONFIG", config: "learning_rate", direction });

  test("numbers by value, texts before them, runs without it last", async () => {
    const { names, config } = await rows({ orderBy: order("ASC"), config: ["learning_rate", "packing"] });
    expect(names.slice(0, 2)).toEqual(["c2", "c1"]);
    expect(names.slice(4)).toEqual(["b1", "none"]);
    expect(config[0]).toEqual(["auto", true]);
    expect(config[5]).toEqual([null, null]);
    expect((await rows({ orderBy: order("DESC") })).names.slice(-2)).toEqual(["c2", "none"]);
  });

  test.each(["ASC", "DESC"])("pages are complete and stable, %s", async (direction) => {
    const orderBy = order(direction);
    const all = (await rows({ orderBy })).names;
    const paged: string[] = [];
    for (let after: string | null = null; paged.length < all.length;) {
      const page: Rows = await rows({ orderBy, first: 1, after });
      expect(page.names).toHaveLength(1);
      paged.push(...page.names);
      after = page.endCursor;
    }
    expect(paged).toEqual(all);
  });

  test("cursors that the server did not write are rejected", async () => {
    const source = `query($after: String, $orderBy: ExperimentOrder) {
      experimentRows(orderBy: $orderBy, after: $after) { totalCount } }`;
    const cursor = (key: unknown) =>
      Buffer.from(
        JSON.stringify(["experimentRows CONFIG ASC learning_rate", key, "019318a2-7c5e-7a3b-9f3e-2f6c1f0a9b11"]),
      ).toString("base64url");
    for (const key of ["{", '"\\u0000"', "1e", 5]) {
      expect(await refusal(source, { orderBy: order("ASC"), after: cursor(key) })).toContain("endCursor");
    }
    for (const key of ["1e999999", '"\\ud800"']) {
      const { errors } = await server.execute(source, { orderBy: order("ASC"), after: cursor(key) });
      expect(errors).toBeUndefined();
    }
    expect(await refusal(source, { orderBy: { field: "CONFIG" } })).toContain("orderBy.config");
  });
});

describe("groups", () => {
  const GROUPS = `query($by: [GroupDimension!] = [], $byConfig: [String!] = [], $exceptConfig: [String!], $first: Int = 100, $after: String) {
    experimentGroups(by: $by, byConfig: $byConfig, exceptConfig: $exceptConfig, metric: "training_loss", first: $first, after: $after) {
      totalCount equalSettings pageInfo { endCursor hasNextPage }
      nodes { n mean study rank config { field value } differingSettings } } }`;
  const groups = async (variables: Record<string, unknown>) => {
    const { data, errors } = await server.execute(GROUPS, variables);
    expect(errors).toBeUndefined();
    return data.experimentGroups;
  };

  test("by settings, across studies, with what still differs in a group", async () => {
    const { nodes, totalCount, equalSettings } = await groups({ byConfig: ["scheduler", "packing"] });
    expect(totalCount).toBe(4);
    const cosine = nodes.find(({ n }: { n: number }) => n === 3);
    expect(cosine).toMatchObject({
      mean: 8 / 3,
      config: [
        { field: "scheduler", value: "cosine" },
        { field: "packing", value: null },
      ],
      differingSettings: ["learning_rate", "mixing_ratio", "seed", "target_modules"],
    });
    expect(equalSettings).toEqual([
      "batch_size",
      "epochs",
      "gpus",
      "gradient_accumulation_steps",
      "packing",
      "scheduler",
    ]);
  });

  test("by all settings except the seeds", async () => {
    const { nodes, totalCount, equalSettings } = await groups({ exceptConfig: ["seed", "data_seed"] });
    expect(totalCount).toBe(5);
    const seeds = nodes.filter(({ n }: { n: number }) => n > 1);
    expect(seeds).toHaveLength(1);
    expect(seeds[0]).toMatchObject({
      n: 2,
      mean: 1.5,
      rank: 2,
      config: [
        { field: "learning_rate", value: 2e-4 },
        { field: "scheduler", value: "cosine" },
      ],
      differingSettings: ["seed"],
    });
    expect(equalSettings).not.toContain("seed");
    expect(equalSettings).toContain("learning_rate");
  });

  test("are paged", async () => {
    for (const variables of [{ byConfig: ["learning_rate"] }, { by: ["STUDY"], exceptConfig: ["seed"] }]) {
      const all = (await groups(variables)).nodes;
      const paged: unknown[] = [];
      for (let after: string | null = null; paged.length < all.length;) {
        const page = await groups({ ...variables, first: 1, after });
        paged.push(...page.nodes);
        after = page.pageInfo.endCursor;
      }
      expect(paged).toEqual(all);
    }
  });

  test("take the same statements whatever the number of groups", async () => {
    const count = async (first: number) => {
      const before = server.statements();
      await groups({ byConfig: ["scheduler"], first });
      return server.statements() - before;
    };
    expect(await count(4)).toBe(await count(1));
  });

  test.each<[string, Record<string, unknown>, string]>([
    ["no dimension", {}, "one dimension or more"],
    ["repeated settings", { byConfig: ["seed", "seed"] }, "each once"],
    ["both kinds", { byConfig: ["scheduler"], exceptConfig: ["seed"] }, "not both"],
    ["too many settings", { byConfig: Array.from({ length: 17 }, (_, i) => `f${i}`) }, "17 settings"],
    ["an unknown setting", { byConfig: ["shceduler"] }, "scheduler"],
    ["an unknown exception", { exceptConfig: ["sede"] }, "seed"],
  ])("%s are rejected", async (_, variables, message) => {
    expect(await refusal(GROUPS, variables)).toContain(message);
  });
});

describe("comparison roles by settings", () => {
  const ROLES = `query($baseline: ConfigurationInput, $candidate: ConfigurationInput) { study(slug: "one") {
    roles(baseline: $baseline, candidate: $candidate) {
      baseline candidate baselineExperiments { name } candidateExperiments { name } } } }`;

  test("are the runs that meet the conditions, with one statement for each", async () => {
    const baseline = {
      config: [
        { field: "lr_scheduler_type", equals: "cosine" },
        { field: "seed", in: ["1", "2"] },
      ],
    };
    const candidate = { config: [{ field: "learning_rate", gt: 5e-4 }] };
    const { data, errors } = await server.execute(ROLES, { baseline, candidate });
    expect(errors).toBeUndefined();
    expect(data.study.roles).toEqual({
      baseline: "lr_scheduler_type=cosine seed in 1,2",
      candidate: "learning_rate > 0.0005",
      baselineExperiments: [{ name: "a1" }, { name: "a2" }],
      candidateExperiments: [{ name: "b1" }],
    });
  });

  test("without a run are rejected with the condition", async () => {
    const baseline = { config: [{ field: "scheduler", equals: "polynomial" }] };
    expect(await refusal(ROLES, { baseline })).toContain("baseline scheduler=polynomial");
  });
});

describe("typed fields", () => {
  test("have the values of config, and take one statement together", async () => {
    const before = server.statements();
    const { data } = await server.execute(`{ study(slug: "two") { experiments { nodes { name config { field } } } } }`);
    const reference = server.statements() - before;
    const between = server.statements();
    const { data: typed, errors } = await server.execute(`{ study(slug: "two") { experiments { nodes {
      name learningRate scheduler batchSizePerDevice gradientAccumulationSteps effectiveBatchSize gpus epochs dataSeed
      warmupSteps warmupRatio optimizer weightDecay dataset maxSequenceLength computeDtype doubleQuantization hardware
      tool toolVersion } } } }`);
    expect(errors).toBeUndefined();
    expect(server.statements() - between).toBe(reference);
    expect(data.study.experiments.nodes).toHaveLength(2);
    const [c1, c2] = typed.study.experiments.nodes;
    expect(c1).toMatchObject({ learningRate: 5e-5, scheduler: "cosine", effectiveBatchSize: null, gpus: null });
    expect(c2).toMatchObject({
      learningRate: null,
      batchSizePerDevice: 4,
      gradientAccumulationSteps: 8,
      gpus: 2,
      effectiveBatchSize: 64,
    });
  });

  test("filters within many studies take one statement", async () => {
    const ask = async (slugs: string[]) => {
      const before = server.statements();
      const { errors } = await server.execute(
        `query($slugs: [String!]) { studies(filter: { slug: { in: $slugs } }) { nodes {
          experiments(filter: { config: { field: "mixing_ratio", recorded: true } }) { totalCount } } } }`,
        { slugs },
      );
      expect(errors).toBeUndefined();
      return server.statements() - before;
    };
    expect(await ask(["one", "two"])).toBe(await ask(["one"]));
  });
});
