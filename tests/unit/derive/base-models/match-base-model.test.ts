import { expect, test } from "vitest";
import { matchBaseModel } from "#src/derive/base-models/match-base-model.js";
import { baseModelName } from "#src/model/base-model-name.js";

const model = (id: string, ...names: string[]) => ({ id, names, keys: names.map((name) => baseModelName(name).model) });
const MODELS = [model("1", "Qwen/Qwen2-0.5B"), model("2", "fork/qwen2-0.5b", "copy"), model("3", "gpt2")];

test.each([
  ["its own name", "Qwen/Qwen2-0.5B", "1"],
  ["a quantized copy", "unsloth/gpt2-bnb-4bit", "3"],
  ["a path", "/data/models/gpt2/", "3"],
  ["a second name", "someone/Copy", "2"],
])("a study finds its model by %s", (_, name, id) => {
  expect(matchBaseModel(name, MODELS)).toMatchObject({ model: { id }, reason: null });
});

test.each([
  ["no name", null, "adapter_config.json"],
  ["an id of the hub", "gpt2-medium", "rankscope model add hf://gpt2-medium if"],
  ["a path", "/data/models/gpt2-medium", 'rankscope model add FOLDER --name "/data/models/gpt2-medium".'],
  ["a name of two models", "org/Qwen2-0.5B", "(1, 2): remove all but one"],
])("without a model the reason says what to do: %s", (_, name, reason) => {
  const match = matchBaseModel(name, MODELS);
  expect(match.model).toBeNull();
  expect(match.reason).toContain(reason);
});
