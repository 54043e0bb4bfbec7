import { createHash } from "node:crypto";
import { truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { pathsBelow } from "#src/import/tensors/list-weights.js";
import { readAdapter } from "#src/import/adapter/read-adapter.js";
import { readAdapterConfig } from "#src/import/formats/adapter-config.js";
import { scalingOf } from "#src/import/adapter/scaling.js";
import {
  adapterConfig,
  factorTensors,
  safetensors,
  safetensorsOf,
  type WrittenTensor,
} from "../../../support/adapter-files.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

async function settings(overrides: Record<string, unknown> = {}) {
  const file = path.join(await temporaryFolder(), "adapter_config.json");
  await writeFile(file, adapterConfig(overrides));
  return (await readAdapterConfig(file, "adapter_config.json")).settings;
}

async function read(tensors: Record<string, WrittenTensor>, overrides: Record<string, unknown> = {}) {
  const [folder, file] = [await temporaryFolder(), "adapter_model.safetensors"];
  await writeFile(path.join(folder, file), safetensors(tensors));
  return readAdapter(pathsBelow(folder), { file, form: "safetensors", isIndex: false }, await settings(overrides));
}

describe("the factors of an adapter", () => {
  test("are listed by layer, with location, rank, scaling and hashes", async () => {
    const tensors = factorTensors(2);
    const { layers, factors, files, hash, uncompared } = await read(tensors);
    expect(layers[1]).toEqual({
      name: "transformer.h.1.attn.c_attn",
      index: 1,
      module: "attn.c_attn",
      inFeatures: 6,
      outFeatures: 9,
    });
    expect(factors).toHaveLength(2);
    expect(factors[0]).toMatchObject({
      layer: "transformer.h.0.attn.c_attn",
      rank: 2,
      scaling: 8,
      a: { shape: [2, 6] },
      b: { shape: [9, 2] },
    });
    const [a] = Object.values(tensors);
    expect(factors[0]?.a.hash).toBe(
      createHash("sha256")
        .update(a?.data ?? "")
        .digest("hex"),
    );
    expect(hash).toBe(createHash("sha256").update(safetensors(tensors)).digest("hex"));
    expect(files.map((file) => file.hash)).toEqual([hash]);
    expect(factors.flatMap(({ a, b }) => [a.file, b.file])).toEqual(Array(4).fill(hash));
    expect(uncompared).toEqual([]);
  });

  test("have the same pair hash as in earlier versions", async () => {
    const sha256 = (data: string | Uint8Array) => createHash("sha256").update(data).digest("hex");
    const [a, b] = Object.values(factorTensors(1)).map(({ data = new Uint8Array() }) => sha256(data));
    const [factors] = (await read(factorTensors(1))).factors;
    expect(factors?.hash).toBe(sha256(`F32[2,6]:${a}\nF32[9,2]:${b}`));
  });

  test("have equal hashes if and only if their bytes are equal", async () => {
    const hash = async (seed: number) => (await read(factorTensors(1, 2, seed))).factors[0]?.hash;
    expect(await hash(1)).toBe(await hash(1));
    expect(await hash(1)).not.toBe(await hash(2));
  });

  test("of a convolution are flattened, so that their product is the flattened change of its kernels", async () => {
    const key = "base_model.model.conv";
    const { layers, factors } = await read({
      [`${key}.lora_A.weight`]: { shape: [2, 6, 3, 5] },
      [`${key}.lora_B.weight`]: { shape: [9, 2, 1, 1] },
    });
    expect(layers).toMatchObject([{ name: "conv", inFeatures: 90, outFeatures: 9 }]);
    expect(factors).toMatchObject([{ rank: 2, a: { shape: [2, 90] }, b: { shape: [9, 2] } }]);
  });

  test("of MLX-LM are column-major, and other factors than those of the same bytes in rows", async () => {
    const [a, b] = [{ shape: [2, 2] }, { shape: [2, 2] }];
    const [mlx] = (await read({ "h.0.lora_a": a, "h.0.lora_b": b })).factors;
    expect(mlx).toMatchObject({ a: { name: "h.0.lora_a", columnMajor: true }, b: { columnMajor: true } });
    const [peft] = (await read({ "h.0.lora_A.weight": a, "h.0.lora_B.weight": b })).factors;
    expect([mlx?.a.hash, mlx?.b.hash]).toEqual([peft?.a.hash, peft?.b.hash]);
    expect(mlx?.hash).not.toBe(peft?.hash);
  });

  test("of MLX-LM's names in PEFT's orientation are read as such, if the rank fits only that", async () => {
    const layer = "model.layers.0.mlp.up_proj";
    const [own] = (await read({ [`${layer}.lora_a`]: { shape: [6, 2] }, [`${layer}.lora_b`]: { shape: [2, 9] } }))
      .factors;
    const [old] = (await read({ [`${layer}.lora_a`]: { shape: [2, 6] }, [`${layer}.lora_b`]: { shape: [9, 2] } }))
      .factors;
    expect(own).toMatchObject({ a: { shape: [2, 6], columnMajor: true }, b: { shape: [9, 2], columnMajor: true } });
    expect(old).toMatchObject({ a: { shape: [2, 6], columnMajor: false }, b: { shape: [9, 2], columnMajor: false } });
  });

  test("exclude DoRA magnitudes and other tensors, which are listed with their kind", async () => {
    const extra = {
      "base_model.model.transformer.h.0.attn.c_attn.lora_magnitude_vector": { shape: [9] },
      "score.weight": { shape: [2, 6] },
    };
    const { uncompared } = await read({ ...factorTensors(1), ...extra }, { use_dora: true });
    expect(uncompared.map(({ kind, shape }) => [kind, shape])).toEqual([
      ["DORA_MAGNITUDE", [9]],
      ["OTHER", [2, 6]],
    ]);
  });
});

describe("an adapter that cannot be compared is rejected with its name", () => {
  const key = "base_model.model.transformer.h.0.attn.c_attn";

  test.each<[string, Record<string, WrittenTensor>, string, string]>([
    [
      "half a pair",
      { [`${key}.lora_A.weight`]: { shape: [2, 6] } },
      "ADAPTER_TENSORS_INVALID",
      "only lora_A of transformer.h.0.attn.c_attn",
    ],
    ["no pair at all", { "x.weight": { shape: [2] } }, "ADAPTER_TENSORS_INVALID", "no lora_A and lora_B"],
    ["AdaLoRA", { ...factorTensors(1), [`${key}.lora_E`]: { shape: [2, 1] } }, "ADAPTER_TYPE_UNSUPPORTED", "lora_E"],
    [
      "factors that do not multiply",
      { [`${key}.lora_A.weight`]: { shape: [2, 6] }, [`${key}.lora_B.weight`]: { shape: [9, 3] } },
      "ADAPTER_TENSORS_INVALID",
      "with the same r",
    ],
    [
      "another rank than configured",
      factorTensors(1, 4),
      "RANK_CONTRADICTS_CONFIG",
      "received rank 4; allowed: rank 2",
    ],
    [
      "packed experts",
      { [`${key}.lora_A.weight`]: { shape: [4, 2, 6] }, [`${key}.lora_B.weight`]: { shape: [4, 9, 2] } },
      "ADAPTER_TENSORS_INVALID",
      "packed experts",
    ],
    [
      "factors that were not gathered",
      { [`${key}.lora_A.weight`]: { shape: [0] }, [`${key}.lora_B.weight`]: { shape: [9, 2] } },
      "ADAPTER_TENSORS_INVALID",
      "not gathered before saving",
    ],
    [
      "two adapters, of different layers",
      {
        "h.0.lora_A.one.weight": { shape: [2, 6] },
        "h.0.lora_B.one.weight": { shape: [9, 2] },
        "h.1.lora_A.two.weight": { shape: [2, 6] },
        "h.1.lora_B.two.weight": { shape: [9, 2] },
      },
      "ADAPTER_TENSORS_INVALID",
      "both h.0.lora_B.one.weight and h.1.lora_B.two.weight",
    ],
    [
      "a layer twice, once wrapped",
      { ...factorTensors(1), ...factorTensors(1, 2, 1, "base_model.model._fsdp_wrapped_module.") },
      "ADAPTER_TENSORS_INVALID",
      "one adapter in one file",
    ],
    [
      "a layer as a linear one and an embedding",
      { [`${key}.lora_A.weight`]: { shape: [2, 6] }, [`${key}.lora_embedding_B`]: { shape: [9, 2] } },
      "ADAPTER_TENSORS_INVALID",
      "both lora_A and lora_embedding_A",
    ],
    [
      "a dtype whose values are not read",
      { [`${key}.lora_A.weight`]: { dtype: "I64", shape: [2, 6] }, [`${key}.lora_B.weight`]: { shape: [9, 2] } },
      "ADAPTER_TENSORS_INVALID",
      "I64",
    ],
  ])("%s", async (_, tensors, code, message) => {
    await expect(read(tensors)).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
  });
});

test("a factor above the memory limit is rejected before it is read", async () => {
  const [folder, file] = [await temporaryFolder(), "adapter_model.safetensors"];
  const [a, b] = [2 * 2 ** 28 * 4, 9 * 2 * 4];
  const header = {
    "h.lora_A.weight": { dtype: "F32", shape: [2, 2 ** 28], data_offsets: [0, a] },
    "h.lora_B.weight": { dtype: "F32", shape: [9, 2], data_offsets: [a, a + b] },
  };
  const bytes = safetensorsOf(JSON.stringify(header), new Uint8Array());
  await writeFile(path.join(folder, file), bytes);
  // A sparse file takes no disk space.
  await truncate(path.join(folder, file), bytes.length + a + b);
  const reading = readAdapter(pathsBelow(folder), { file, form: "safetensors", isIndex: false }, await settings());
  await expect(reading).rejects.toMatchObject({
    code: "FILE_TOO_LARGE",
    message: expect.stringContaining("tensor h.lora_A.weight") as string,
  });
});

describe("scaling", () => {
  test("is alpha / r, and alpha / sqrt(r) with rsLoRA", async () => {
    expect(scalingOf("any", 4, await settings({ lora_alpha: 16 }))).toBe(4);
    expect(scalingOf("any", 4, await settings({ lora_alpha: 16, use_rslora: true }))).toBe(8);
  });

  test("is known from numbers that are written as text", async () => {
    expect(await settings({ r: "4", lora_alpha: "16" })).toMatchObject({ r: 4, loraAlpha: 16 });
  });

  test("uses the alpha of the first pattern that matches the module, as PEFT does", async () => {
    const patterned = await settings({ alpha_pattern: { "h.1.c_attn": 2, "c_(attn|fc)": 8, c_attn: 32 } });
    expect(scalingOf("transformer.h.1.c_attn", 1, patterned)).toBe(2);
    expect(scalingOf("transformer.h.0.c_attn", 1, patterned)).toBe(8);
    expect(scalingOf("transformer.h.0.my_c_attn", 1, patterned)).toBe(16);
  });

  test("ranks from rank_pattern are checked against the tensors", async () => {
    const ranks = { rank_pattern: { "h.0.attn.c_attn": 4 } };
    expect((await read(factorTensors(1, 4), ranks)).factors[0]).toMatchObject({ rank: 4, scaling: 4 });
  });

  test("a pattern that cannot be evaluated is rejected, because the scaling would be wrong", async () => {
    for (const key of ["(a)\\1", "(", "(?=a)"]) {
      const patterned = await settings({ alpha_pattern: { [key]: 1 } });
      expect(() => scalingOf("x.y", 1, patterned)).toThrow(/ADAPTER|adapter_config/);
    }
  });
});

describe("adapter_config.json", () => {
  test.each([
    ["another kind of adapter", { peft_type: "IA3" }, "ADAPTER_TYPE_UNSUPPORTED"],
    ["no rank", { r: undefined }, "ADAPTER_CONFIG_INVALID"],
    ["a rank of 0", { r: 0 }, "ADAPTER_CONFIG_INVALID"],
    ["a rank that is no number", { r: "four" }, "ADAPTER_CONFIG_INVALID"],
    ["QA-LoRA", { use_qalora: true }, "ADAPTER_TYPE_UNSUPPORTED"],
    ["MonteCLoRA", { monteclora_config: { num_samples: 2 } }, "ADAPTER_TYPE_UNSUPPORTED"],
    ["Arrow", { arrow_config: { top_k: 2 } }, "ADAPTER_TYPE_UNSUPPORTED"],
  ])("%s is refused by name", async (_, overrides, code) => {
    await expect(settings(overrides)).rejects.toMatchObject({ code });
  });

  test.each<[string, Record<string, unknown>, string[]]>([
    ["defaults", { use_qalora: false, arrow_config: null, target_parameters: [], new_field: null, other: {} }, []],
    ["an initialisation from the base weights", { init_lora_weights: "pissa_niter_16" }, ["BASE_WEIGHTS_CHANGED"]],
    ["an initialisation that is not known", { init_lora_weights: "future" }, ["CONFIG_FIELD_UNKNOWN"]],
    ["layers that are replicated", { layer_replication: [[0, 2]] }, ["LAYERS_REPLICATED"]],
    ["a field that is not known", { use_future: true }, ["CONFIG_FIELD_UNKNOWN"]],
  ])("of %s it says what a person should know", async (_, overrides, codes) => {
    const file = path.join(await temporaryFolder(), "adapter_config.json");
    await writeFile(file, adapterConfig(overrides));
    const { notes } = await readAdapterConfig(file, "adapter_config.json");
    expect(notes.map(({ code }) => code)).toEqual(codes);
  });
});
