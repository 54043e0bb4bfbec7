import { readdirSync, readFileSync } from "node:fs";
import { cp, mkdir, mkdtemp, readFile, realpath, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SERVER_ACTOR } from "#src/model/audit.js";
import { describeBaseModel } from "#src/import/base-model/describe-base-model.js";
import { checkBaseModel } from "#src/import/base-model/check-base-model.js";
import { importStudy } from "#src/jobs/import/import-study.js";
import type { ImportRequest } from "#src/model/job-payloads.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import { hubRepositoryWith } from "../../support/hub-repository.js";
import { baseModelsByKey, saveBaseModel } from "#src/store/base-models.js";
import { apiServer } from "../../support/api-server.js";
import { fixtureFolder, MODEL_FIXTURES, openFixture } from "../../support/model-fixtures.js";

let folder: string;
const copyOf = async (fixture: string, name: string) => {
  const copy = path.join(folder, name);
  await cp(fixtureFolder(fixture), copy, { recursive: true });
  return copy;
};
const describeFolder = (place: string, name?: string) => describeBaseModel(place, { where: place, name });

const api = apiServer(async ({ sql }) => {
  const bases = ["org/gpt2-bnb-4bit", "Org/Llama-Sharded", "org/unknown-7b", null];
  for (const [i, base] of bases.entries()) {
    await sql`insert into study (id, slug, name, folder, base_model)
      values (gen_random_uuid(), ${`s${i}`}, '', '', ${base})`;
  }
});

beforeAll(async () => {
  folder = await realpath(await mkdtemp(path.join(tmpdir(), "rankscope-models-")));
  for (const name of MODEL_FIXTURES)
    await saveBaseModel(api.database, await describeFolder(fixtureFolder(name)), SERVER_ACTOR);
});
afterAll(() => rm(folder, { recursive: true }));

test("registered models are listed in pages, the newest first", async () => {
  const page = `query($after: String) { models(first: 4, after: $after) { totalCount pageInfo { hasNextPage endCursor }
    nodes { names architecture layers hiddenSize vocabularySize positions parameters dtypes bytes hasTokenizer hash configHash
      files { name size hash } } } }`;
  const first = (await api.execute(page)).data.models;
  expect([first.totalCount, first.nodes.length, first.pageInfo.hasNextPage]).toEqual([MODEL_FIXTURES.length, 4, true]);
  const second = (await api.execute(page, { after: first.pageInfo.endCursor })).data.models;
  const nodes = [...first.nodes, ...second.nodes] as { names: string[]; parameters: number; files: object[] }[];
  expect(nodes.map(({ names }) => names[0])).toEqual(MODEL_FIXTURES.toReversed());
  const sharded = nodes.find(({ names }) => names[0] === "llama-sharded");
  expect(sharded).toMatchObject({ architecture: "llama", hasTokenizer: false });
  expect(sharded?.files).toHaveLength(5);
  const { files, config } = await openFixture("llama-sharded");
  const sizes = [...files.tensors.values()].map(({ shape }) => shape.reduce((product, size) => product * size, 1));
  expect(sharded).toMatchObject({ parameters: sizes.reduce((sum, size) => sum + size), layers: config.layers });
});

test("a study has its base model, or the command that registers it", async () => {
  const before = api.statements();
  const { data } = await api.execute(
    `{ studies(orderBy: { field: SLUG, direction: ASC }) { nodes { slug baseModelFiles { model { names } reason } } } }`,
  );
  expect(data.studies.nodes.map(({ baseModelFiles }: { baseModelFiles: object }) => baseModelFiles)).toEqual([
    { model: { names: ["gpt2"] }, reason: null },
    { model: { names: ["llama-sharded"] }, reason: null },
    { model: null, reason: expect.stringContaining("rankscope model add hf://org/unknown-7b") },
    { model: null, reason: expect.stringContaining("adapter_config.json") },
  ]);
  // One statement for the list and one for the models of all studies.
  expect(api.statements() - before).toBe(2);
});

test("the same content keeps its registration, and other content of the folder replaces it", async () => {
  const copy = await copyOf("mistral", "mistral-copy");
  const count = async () => (await api.execute("{ models(first: 0) { totalCount } }")).data.models.totalCount as number;
  const before = await count();
  const [original] = await baseModelsByKey(api.database, ["mistral"]);
  const again = await saveBaseModel(api.database, await describeFolder(copy, "mistralai/Mistral-Tiny"), SERVER_ACTOR);
  expect(again).toEqual({ id: original?.id, isNew: false });
  const [stored] = await baseModelsByKey(api.database, ["mistral-tiny"]);
  expect(stored).toMatchObject({ names: ["mistral", "mistralai/Mistral-Tiny"], folder: copy });
  await writeFile(path.join(copy, "tokenizer.json"), "{}");
  const replaced = await saveBaseModel(
    api.database,
    await describeFolder(copy, "mistralai/Mistral-Tiny"),
    SERVER_ACTOR,
  );
  expect(replaced.isNew).toBe(true);
  expect(await baseModelsByKey(api.database, ["mistral-tiny"])).toMatchObject([
    { id: replaced.id, hasTokenizer: true },
  ]);
  expect(await count()).toBe(before);
  // Registered again as it is, as every import does: the audit log records changes only.
  await saveBaseModel(api.database, await describeFolder(copy, "mistralai/Mistral-Tiny"), SERVER_ACTOR);
  const entries = await api.database.sql`
    select subject, details ->> 'name' as name from audit_entry
    where action = 'MODEL_REGISTERED' and details ->> 'folder' = ${copy} order by id`;
  expect(entries).toEqual([
    { subject: original?.id, name: "mistralai/Mistral-Tiny" },
    { subject: replaced.id, name: "mistralai/Mistral-Tiny" },
  ]);
});

test("files are valid with another time and the same content, and not with other content", async () => {
  const copy = await copyOf("qwen3", "qwen3-copy");
  const { files } = await describeFolder(copy);
  await checkBaseModel(files);
  const weights = path.join(copy, "model.safetensors");
  await utimes(weights, 1, 1);
  await checkBaseModel(files);
  const config = path.join(copy, "config.json");
  await writeFile(config, " ".repeat(files.find(({ name }) => name === "config.json")?.size ?? 0));
  await expect(checkBaseModel(files)).rejects.toMatchObject({
    code: "MODEL_FILES_CHANGED",
    detail: { where: "config.json" },
  });
  await rm(weights);
  await cp(path.join(fixtureFolder("gpt2"), "model.safetensors"), weights);
  await cp(path.join(fixtureFolder("qwen3"), "config.json"), config);
  await expect(checkBaseModel(files)).rejects.toMatchObject({ detail: { where: "model.safetensors" } });
});

test("hashing reports each file and ends when it is cancelled", async () => {
  const stop = new AbortController();
  const messages: string[] = [];
  const described = describeBaseModel(fixtureFolder("llama-sharded"), {
    where: "llama-sharded",
    signal: stop.signal,
    report({ message, done, total }) {
      messages.push(`${done}/${total} ${message}`);
      if (message.startsWith("hashing model-00002")) stop.abort(new Error("cancelled"));
    },
  });
  await expect(described).rejects.toThrow("cancelled");
  expect(messages).toContain("1/5 hashing model-00001-of-00003.safetensors (100 %)");
  expect(messages.some((message) => message.includes("model-00003"))).toBe(false);
});

/** Writes a study with one run, whose adapter of a fixture's model names `base`. */
async function studyOf(name: string, fixture: string, base: string): Promise<string> {
  const study = path.join(folder, name);
  const run = path.join(study, "16bit_r4_s0");
  await cp(path.join(fixtureFolder(fixture), "lora"), run, { recursive: true });
  const file = path.join(run, "adapter_config.json");
  const config = JSON.parse(await readFile(file, "utf8")) as object;
  await writeFile(file, JSON.stringify({ ...config, base_model_name_or_path: base }));
  return study;
}

async function importWith(
  study: string,
  hubCache?: string,
  limited: Pick<ImportRequest, "slug" | "allowedSlugs"> = {},
) {
  const weights = await openWeightStore({ kind: "in-place" });
  const { findings } = await importStudy({ database: api.database, weights }, { folder: study, hubCache, ...limited });
  return findings
    .filter(({ code }) => /MODEL/.test(code))
    .map(({ code, where, severity }) => ({ code, where, severity }));
}

const modelFiles = (fixture: string) =>
  Object.fromEntries(
    readdirSync(fixtureFolder(fixture))
      .filter((name) => /^(?:config|model)/.test(name))
      .map((name) => [name, readFileSync(path.join(fixtureFolder(fixture), name))]),
  );

test("an import registers the base model in its folder, once", async () => {
  const study = await studyOf("with-base", "gpt2-f16", "org/base-in-folder");
  const base = path.join(study, "base");
  await mkdir(base);
  for (const [name, content] of Object.entries(modelFiles("gpt2-f16"))) {
    await writeFile(path.join(base, name), content);
  }
  expect(await importWith(study)).toEqual([{ code: "BASE_MODEL_REGISTERED", where: "base", severity: "info" }]);
  const { data } = await api.execute(
    `{ study(slug: "with-base") { baseModelFiles { model { names dtypes } reason } } }`,
  );
  expect(data.study.baseModelFiles).toMatchObject({ model: { dtypes: ["F16"] }, reason: null });
  expect(data.study.baseModelFiles.model.names.at(-1)).toBe("org/base-in-folder");
  expect(await importWith(study)).toEqual([]);
});

test("a client for some studies registers no model, which would serve the runs of all studies", async () => {
  const study = await studyOf("poisoned", "gpt2-f16", "org/everyones-base");
  const base = path.join(study, "base");
  await mkdir(base);
  for (const [name, content] of Object.entries(modelFiles("gpt2-f16"))) await writeFile(path.join(base, name), content);
  const limited = { slug: "poisoned", allowedSlugs: ["poisoned"] };
  const found = [{ code: "BASE_MODEL_NOT_REGISTERED", where: "base", severity: "info" }];
  expect(await importWith(study, undefined, limited)).toEqual(found);
  expect(await baseModelsByKey(api.database, ["everyones-base"])).toEqual([]);
});

test("a model with other layers than the study is not registered", async () => {
  const study = await studyOf("misfit", "qwen2", "org/misfit-1b");
  const place = path.join(study, "models", "misfit-1b");
  await mkdir(place, { recursive: true });
  for (const [name, content] of Object.entries(modelFiles("gpt2"))) await writeFile(path.join(place, name), content);
  expect(await importWith(study)).toEqual([
    { code: "MODEL_ADAPTER_MISMATCH", where: "models/misfit-1b", severity: "warning" },
  ]);
  expect(await baseModelsByKey(api.database, ["misfit-1b"])).toEqual([]);
});

test("an import registers the base model in the hub's cache, if it may read the cache", async () => {
  const cache = path.join(folder, "hub");
  await hubRepositoryWith(cache, "org/Cached-1B", { main: modelFiles("qwen3") });
  const study = await studyOf("cached", "qwen3", "org/Cached-1B");
  expect(await importWith(study)).toEqual([]);
  const found = { code: "BASE_MODEL_REGISTERED", where: "hf://org/Cached-1B", severity: "info" };
  expect(await importWith(study, cache)).toEqual([found]);
  expect(await baseModelsByKey(api.database, ["cached-1b"])).toMatchObject([{ architecture: "qwen3" }]);
  // The cache lacks this one, and the weights of the next.
  expect(await importWith(await studyOf("absent", "qwen3", "org/Absent-1B"), cache)).toEqual([]);
  await hubRepositoryWith(cache, "org/Configured-1B", {
    main: { "config.json": modelFiles("qwen3")["config.json"] ?? "" },
  });
  expect(await importWith(await studyOf("configured", "qwen3", "org/Configured-1B"), cache)).toEqual([
    { code: "MODEL_UNSUPPORTED", where: "hf://org/Configured-1B", severity: "info" },
  ]);
});
