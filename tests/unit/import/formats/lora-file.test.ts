import fc from "fast-check";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { LORA_FILE } from "#src/import/formats/lora-file.js";
import { RankscopeError } from "#src/errors.js";
import { float32, safetensors, type WrittenTensor } from "../../../support/adapter-files.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

const KEY = "lora_unet_mid_block_attn";
const PAIR: Record<string, WrittenTensor> = {
  [`${KEY}.lora_down.weight`]: { shape: [2, 6] },
  [`${KEY}.lora_up.weight`]: { shape: [9, 2] },
};

async function read(tensors: Record<string, WrittenTensor>, metadata: Record<string, string> = {}) {
  const file = path.join(await temporaryFolder(), "style.safetensors");
  await writeFile(file, safetensors(tensors, metadata));
  const [weights] = await LORA_FILE.read({ path: file, where: "style.safetensors" });
  return weights?.kind === "adapterWeights" ? weights.weights.config?.settings : undefined;
}

const alpha = (value: number): Record<string, WrittenTensor> => ({
  ...PAIR,
  [`${KEY}.alpha`]: { shape: [], data: float32([value]) },
});

describe("the scaling of a file", () => {
  test.each<[string, Record<string, WrittenTensor>, Record<string, string>, number]>([
    ["without alpha is 1", PAIR, {}, 2],
    ["is that of its alpha", alpha(1), {}, 1],
    ["is 1 for an alpha of 0, which kohya's scripts write for none", alpha(0), {}, 2],
    [
      "is that of diffusers' metadata, with the patterns of its component",
      { "unet.conv.lora_A.weight": { shape: [2, 6] }, "unet.conv.lora_B.weight": { shape: [9, 2] } },
      {
        lora_adapter_metadata: JSON.stringify({
          "unet.r": 4,
          "unet.lora_alpha": 4,
          "unet.alpha_pattern": { conv: 12 },
        }),
      },
      12,
    ],
  ])("%s", async (_, tensors, metadata, loraAlpha) => {
    expect(await read(tensors, metadata)).toMatchObject({ r: 2, loraAlpha });
  });

  test("differs by module where ranks or alphas differ", async () => {
    const further = { "x.lora_down.weight": { shape: [3, 6] }, "x.lora_up.weight": { shape: [9, 3] } };
    const settings = await read({ ...alpha(1), ...further });
    expect(settings?.rankPattern).toEqual({ [KEY]: 2, x: 3 });
    expect(settings?.alphaPattern).toEqual({ [KEY]: 1, x: 3 });
  });
});

test.each<[string, Record<string, WrittenTensor>, Record<string, string>, string]>([
  ["an alpha that is no number", alpha(NaN), {}, "ADAPTER_CONFIG_INVALID"],
  ["an alpha of two numbers", { ...PAIR, [`${KEY}.alpha`]: { shape: [2] } }, {}, "ADAPTER_TENSORS_INVALID"],
  ["metadata that is not JSON", PAIR, { lora_adapter_metadata: "{" }, "ADAPTER_CONFIG_INVALID"],
  ["metadata that is no object", PAIR, { lora_adapter_metadata: "null" }, "ADAPTER_CONFIG_INVALID"],
])("%s is refused", async (_, tensors, metadata, code) => {
  await expect(read(tensors, metadata)).rejects.toMatchObject({ code });
});

test("any header gives settings or an error of the catalogue", async () => {
  const scalar = fc.oneof(fc.string(), fc.double(), fc.constant(null), fc.object({ maxDepth: 1 }));
  const field = fc.constantFrom(
    "unet.r",
    "unet.lora_alpha",
    "unet.rank_pattern",
    "unet.use_rslora",
    "__proto__",
    "r",
    ".",
  );
  const json = fc.oneof(
    fc.dictionary(field, scalar).map((fields) => JSON.stringify(fields)),
    fc.string(),
  );
  const header = fc.dictionary(
    fc.constantFrom("lora_adapter_metadata", "ss_seed", "ss_network_dim", "__proto__"),
    json,
  );
  await fc.assert(
    fc.asyncProperty(header, fc.constantFrom(PAIR, alpha(1)), async (metadata, tensors) => {
      await read(tensors, metadata).catch((error: unknown) => {
        expect(error).toBeInstanceOf(RankscopeError);
      });
    }),
    { numRuns: 60 },
  );
});
