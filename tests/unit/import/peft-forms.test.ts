import { cp, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import type { CheckpointRecord, Finding } from "#src/model/records.js";
import { denseUpdate, figuresOf, type ExpectedUpdate } from "../../support/dense-update.js";
import { readStudy, type OneStudy } from "../../support/read-study.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

/** Written with PEFT by scripts/reference-figures/peft_forms.py, which also documents expected.json. */
const FORMS = fileURLToPath(new URL("../../peft-forms", import.meta.url));

interface ExpectedLayer extends ExpectedUpdate {
  readonly values?: readonly number[];
}

const expected = JSON.parse(await readFile(path.join(FORMS, "expected.json"), "utf8")) as Record<
  string,
  Record<string, ExpectedLayer>
>;

let study: OneStudy;
beforeAll(async () => {
  study = await readStudy(FORMS);
});

function checkpoint(form: string): CheckpointRecord {
  const [only, ...more] = study.experiments.find(({ name }) => name === form)?.checkpoints ?? [];
  if (only === undefined || more.length > 0) throw new Error(`${form} has not one checkpoint`);
  return only;
}

const findingsOf = (form: string): Finding[] =>
  study.findings.filter(({ where, code }) => where.startsWith(form) && code !== "RUN_FOUND");

test.each(Object.keys(expected))("%s: the updates are those that PEFT gives", async (form) => {
  const save = checkpoint(form);
  const layers = expected[form] ?? {};
  expect(save.factors.map(({ layer }) => layer).sort()).toEqual(Object.keys(layers).sort());
  for (const factors of save.factors) {
    const { shape, squaredNorm, probe, values: all } = layers[factors.layer] ?? {};
    const own = await denseUpdate(save, factors);
    const figures = figuresOf(own);
    expect(own.shape).toEqual(shape);
    // The sums have about ten float64 products, in another order than in PyTorch.
    const scale = Math.sqrt(squaredNorm ?? NaN);
    const isNear = (value: number, other = NaN) => Math.abs(value - other) <= 1e-13 * scale;
    expect(isNear(figures.squaredNorm / scale, scale)).toBe(true);
    expect(Math.abs(figures.probe - (probe ?? NaN))).toBeLessThanOrEqual(1e-12 * scale);
    expect(all === undefined || own.delta.every((value, at) => isNear(value, all[at]))).toBe(true);
  }
});

test("every folder is either imported or rejected", () => {
  const refused = study.findings.flatMap(({ severity, where }) => (severity === "error" ? [where.split("/")[0]] : []));
  expect(refused.every((form) => form?.startsWith("refused-"))).toBe(true);
  const imported = study.experiments.filter(({ checkpoints }) => checkpoints.length > 0).map(({ name }) => name);
  expect(imported.sort()).toEqual(Object.keys(expected).sort());
});

test.each([
  ["refused-packed-experts", "ADAPTER_TYPE_UNSUPPORTED", "target_parameters"],
  ["refused-kasa", "ADAPTER_TYPE_UNSUPPORTED", "kasa_config"],
  ["refused-bdlora", "ADAPTER_TYPE_UNSUPPORTED", "use_bdlora"],
  ["refused-adalora", "ADAPTER_TYPE_UNSUPPORTED", "peft_type ADALORA"],
  ["refused-vera", "ADAPTER_TYPE_UNSUPPORTED", "peft_type VERA"],
  ["refused-ia3", "ADAPTER_TYPE_UNSUPPORTED", "peft_type IA3"],
  ["refused-legacy-bin", "TORCH_FILE_UNSUPPORTED", "before version 1.6"],
  ["refused-not-contiguous", "TORCH_FILE_UNSUPPORTED", "with strides [1, "],
])("%s", (form, code, message) => {
  const errors = findingsOf(form).filter(({ severity }) => severity === "error");
  expect(errors).toMatchObject([{ code, message: expect.stringContaining(message) as string }]);
});

describe("tensors that are not compared are recorded and reported", () => {
  test.each<[string, Record<string, string>]>([
    [
      "dora",
      {
        "base_model.model.h.0.attn.c_attn.lora_magnitude_vector": "DORA_MAGNITUDE",
        "base_model.model.h.1.attn.c_attn.lora_magnitude_vector": "DORA_MAGNITUDE",
      },
    ],
    [
      "modules-to-save",
      { "base_model.model.score.bias": "MODULE_TO_SAVE", "base_model.model.score.weight": "MODULE_TO_SAVE" },
    ],
    ["patterns", { "base_model.model.wte.weight": "MODULE_TO_SAVE" }],
    [
      "lora-bias",
      {
        "base_model.model.h.0.attn.c_attn.lora_B.bias": "BIAS",
        "base_model.model.h.1.attn.c_attn.lora_B.bias": "BIAS",
      },
    ],
    ["trainable-tokens", { "base_model.model.wte.token_adapter.trainable_tokens_delta": "OTHER" }],
    ["f32", {}],
  ])("%s", (form, kinds) => {
    const { uncompared } = checkpoint(form);
    expect(Object.fromEntries(uncompared.map(({ name, kind }) => [name, kind]))).toEqual(kinds);
    const said = findingsOf(form).filter(({ code }) => code === "TENSORS_NOT_COMPARED");
    expect(said).toHaveLength(uncompared.length > 0 ? 1 : 0);
  });

  test("factors of another adapter than the one named default", () => {
    const { uncompared } = checkpoint("two-adapters");
    expect(uncompared.every(({ name, kind }) => kind === "OTHER_ADAPTER" && name.includes(".other."))).toBe(true);
    expect(uncompared).toHaveLength(4);
    const [finding] = findingsOf("two-adapters").filter(({ code }) => code === "TENSORS_NOT_COMPARED");
    expect(finding?.message).toContain(
      "4 factors of other adapters in the file (the adapter named default is compared)",
    );
  });

  test("biases of all layers, or of those with an adapter", () => {
    for (const form of ["bias-all", "bias-lora-only"]) {
      const { uncompared } = checkpoint(form);
      expect(uncompared.length).toBeGreaterThan(0);
      expect(new Set(uncompared.map(({ kind }) => kind))).toEqual(new Set(["BIAS"]));
    }
  });
});

test.each([
  ["pissa", "BASE_WEIGHTS_CHANGED"],
  ["olora", "BASE_WEIGHTS_CHANGED"],
  ["activated", "UPDATE_NOT_ALWAYS_APPLIED"],
])("%s is said to be %s", (form, code) => {
  expect(findingsOf(form).map((finding) => finding.code)).toEqual([code]);
});

test.each(["f32", "pissa-converted", "gaussian", "orthogonal", "mica", "rslora", "rank-pattern", "fan-in-fan-out"])(
  "%s imports without findings",
  (form) => {
    expect(findingsOf(form)).toEqual([]);
  },
);

describe("one adapter in several file formats", () => {
  test("has the same layers and factor pairs by content", () => {
    const pairs = (form: string) => checkpoint(form).factors.map(({ layer, hash }) => [layer, hash]);
    expect(pairs("bin-f32")).toEqual(pairs("f32"));
    expect(pairs("bin-f8-e4m3")).toEqual(pairs("f8-e4m3"));
    expect(pairs("sharded")).toEqual(pairs("f32"));
    expect(pairs("sharded-bin")).toEqual(pairs("f32"));
    expect(pairs("compiled")).toEqual(pairs("adapter-name-in-key"));
    expect(pairs("no-prefix")).toEqual(pairs("adapter-name-in-key"));
  });

  test("shards are files of one checkpoint, whose hash differs from the hash of each shard", () => {
    const { hash, files } = checkpoint("sharded");
    expect(files.length).toBeGreaterThan(1);
    expect(files.map(({ hash: own }) => own)).not.toContain(hash);
    expect(checkpoint("f32").files.map(({ hash: own }) => own)).toEqual([checkpoint("f32").hash]);
  });
});

describe("shards that contradict their index are rejected with their name", () => {
  const INDEX = "adapter_model.safetensors.index.json";
  async function importAfter(change: (folder: string) => Promise<void>) {
    const folder = path.join(await temporaryFolder(), "run");
    await cp(path.join(FORMS, "sharded"), folder, { recursive: true });
    await change(folder);
    const { findings } = await readStudy(folder);
    return findings.filter(({ severity }) => severity !== "info");
  }
  async function changeMap(folder: string, change: (map: Record<string, string>) => void) {
    const index = JSON.parse(await readFile(path.join(folder, INDEX), "utf8")) as {
      weight_map: Record<string, string>;
    };
    change(index.weight_map);
    await writeFile(path.join(folder, INDEX), JSON.stringify(index));
  }
  const first = (map: Record<string, string>): [string, string] => Object.entries(map)[0] ?? ["", ""];

  test.each<[string, (folder: string) => Promise<void>, string]>([
    [
      "a missing shard",
      (folder) => rm(path.join(folder, "adapter_model-00001-of-00002.safetensors")),
      "which does not exist",
    ],
    [
      "a tensor that is in no shard",
      (folder) => changeMap(folder, (map) => (map["x.lora_A.weight"] = first(map)[1])),
      "the tensor x.lora_A.weight, which is not in",
    ],
    [
      "a tensor that the map lacks",
      (folder) => changeMap(folder, (map) => Reflect.deleteProperty(map, first(map)[0])),
      "tensors that weight_map names",
    ],
    [
      "a map that says another shard",
      (folder) => changeMap(folder, (map) => (map[first(map)[0]] = Object.values(map).at(-1) ?? "")),
      "as weight_map says",
    ],
    [
      "a shard elsewhere",
      (folder) => changeMap(folder, (map) => (map[first(map)[0]] = "../adapter_model.safetensors")),
      "a file beside the index",
    ],
    ["no map", (folder) => writeFile(path.join(folder, INDEX), "{}"), "no weight_map"],
    ["no JSON", (folder) => writeFile(path.join(folder, INDEX), "{"), "allowed: JSON"],
    [
      "the same key twice",
      (folder) => writeFile(path.join(folder, INDEX), '{"weight_map":{"a":"b","a":"c"}}'),
      'the key "a" twice',
    ],
  ])("%s", async (_, change, message) => {
    expect(await importAfter(change)).toMatchObject([
      { severity: "error", code: "WEIGHT_INDEX_INVALID", message: expect.stringContaining(message) as string },
    ]);
  });

  test("shards without an index are skipped and reported", async () => {
    const findings = await importAfter((folder) => rm(path.join(folder, INDEX)));
    expect(findings.map(({ code }) => code)).toEqual(["SHARDS_WITHOUT_INDEX", "CONFIG_WITHOUT_ADAPTER"]);
  });
});

test("safetensors is preferred to a PyTorch file in the same folder, and this is reported", async () => {
  const folder = path.join(await temporaryFolder(), "run");
  await cp(path.join(FORMS, "f32"), folder, { recursive: true });
  await cp(path.join(FORMS, "bin-f16", "adapter_model.bin"), path.join(folder, "adapter_model.bin"));
  const { experiments, findings } = await readStudy(folder);
  expect(experiments[0]?.checkpoints[0]?.factors[0]?.a.dtype).toBe("F32");
  expect(findings).toContainEqual({
    severity: "info",
    code: "OTHER_WEIGHTS_NOT_READ",
    where: "adapter_model.safetensors",
    message: "This weight file is preferred: adapter_model.bin in the same folder was not read.",
  });
});
