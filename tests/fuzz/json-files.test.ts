import fc from "fast-check";
import { expect } from "vitest";
import { readAdapterConfig } from "#src/import/formats/adapter-config.js";
import { listWeights, pathsBelow } from "#src/import/tensors/list-weights.js";
import { modulePattern } from "#src/import/adapter/module-pattern.js";
import { scalingOf } from "#src/import/adapter/scaling.js";
import { readTrainerState } from "#src/import/formats/trainer-state.js";
import { fuzz, readOrRefused } from "../support/fuzz.js";
import { mutated, mutatedJson } from "../support/mutations.js";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const state = fc.record({
  global_step: fc.nat(),
  max_steps: fc.nat(),
  log_history: fc.array(
    fc.record({ step: fc.nat(50), epoch: finite, loss: finite, eval_loss: finite }, { requiredKeys: ["step"] }),
    { maxLength: 12 },
  ),
});

fuzz("trainer states: what was written is read, the later value of a step", state, async (value, file) => {
  const { globalStep, series } = await readTrainerState(await file(JSON.stringify(value)), "s");
  expect(globalStep).toBe(value.global_step);
  for (const key of ["loss", "eval_loss"] as const) {
    const last = new Map(value.log_history.flatMap((entry) => (key in entry ? [[entry.step, entry[key]]] : [])));
    const points = [...last].sort(([one], [other]) => one - other);
    const curve = series.find(({ name }) => name === key);
    expect(curve?.steps.map((step, i) => [step, (curve.values[i] ?? NaN) + 0]) ?? []).toEqual(
      points.map(([step, number = NaN]) => [step, number + 0]),
    );
  }
});

fuzz("trainer states that say odd things are read or refused", mutatedJson(state), async (text, file) => {
  const place = await file(text);
  await readOrRefused(() => readTrainerState(place, "s"));
});

const stateText = state.map((value) => JSON.stringify(value));
fuzz("trainer states whose bytes were changed are read or refused", mutated(stateText), async (bytes, file) => {
  const place = await file(bytes);
  await readOrRefused(() => readTrainerState(place, "s"));
});

const module = fc.stringMatching(/^[a-z]{1,4}(\.[a-z0-9]{1,3}){0,3}$/);
const config = fc.record(
  {
    peft_type: fc.constant("LORA"),
    base_model_name_or_path: fc.string(),
    r: fc.integer({ min: 1, max: 512 }),
    lora_alpha: fc.integer({ min: 1, max: 1024 }),
    use_rslora: fc.boolean(),
    target_modules: fc.oneof(fc.array(module), module),
    rank_pattern: fc.dictionary(module, fc.integer({ min: 1, max: 64 })),
    alpha_pattern: fc.dictionary(
      fc.oneof(module, fc.constantFrom("h\\.\\d+", "(a|b)*c", "[a-z]+")),
      fc.nat(99).map((n) => n + 1),
    ),
    modules_to_save: fc.option(fc.array(module)),
  },
  { requiredKeys: ["peft_type", "r", "lora_alpha"] },
);

fuzz("adapter configurations: what was written is read", config, async (value, file) => {
  const { settings } = await readAdapterConfig(await file(JSON.stringify(value)), "c");
  expect([settings.r, settings.loraAlpha, settings.useRslora]).toEqual([
    value.r,
    value.lora_alpha,
    value.use_rslora ?? false,
  ]);
  expect(settings.rankPattern).toEqual(value.rank_pattern ?? {});
});

/** Reads a configuration and asks it for the scaling of a layer, as an import does. */
async function useConfig(place: string): Promise<void> {
  await readOrRefused(async () => {
    const { settings } = await readAdapterConfig(place, "c");
    return scalingOf("transformer.h.0.attn.c_attn", settings.r, settings);
  });
}
fuzz("adapter configurations that say odd things are read or refused", mutatedJson(config), async (text, file) => {
  await useConfig(await file(text));
});
fuzz(
  "adapter configurations whose bytes were changed are read or refused",
  mutated(config.map((value) => JSON.stringify(value))),
  async (bytes, file) => {
    await useConfig(await file(bytes));
  },
);

const pattern = fc
  .array(fc.constantFrom(...Array.from("ab.*+?()[]{}|^$\\dw0123,-")), { maxLength: 24 })
  .map((parts) => parts.join(""));
fuzz("patterns of any kind end soon, or are refused", fc.tuple(pattern, module), async ([key, name]) => {
  await readOrRefused(() => modulePattern(key)(`${name}.${"a".repeat(200)}`));
});

const index = fc.record({
  metadata: fc.record({ total_size: fc.nat() }),
  weight_map: fc.dictionary(
    fc.string(),
    fc.oneof(fc.constantFrom("a.safetensors", "../a", "/etc/passwd", "\\\\x\\y", "http://x/y"), fc.string()),
  ),
});
const INDEX = { file: "adapter_model.safetensors.index.json", form: "safetensors", isIndex: true } as const;
fuzz(
  "indexes of shards that say odd things, or lead elsewhere, are refused",
  fc.oneof(mutatedJson(index), mutated(index.map((value) => JSON.stringify(value)))),
  async (text, file) => {
    const place = await file(text);
    expect(
      await readOrRefused(() => listWeights(pathsBelow(place.slice(0, -INDEX.file.length)), INDEX)),
    ).toBeUndefined();
  },
  { fileName: INDEX.file },
);
