import { writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { readTrainerState } from "#src/import/formats/trainer-state.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

async function read(text: string) {
  const file = path.join(await temporaryFolder(), "trainer_state.json");
  await writeFile(file, text);
  return readTrainerState(file, "trainer_state.json");
}

const state = (history: readonly unknown[], overrides: Record<string, unknown> = {}) =>
  JSON.stringify({ global_step: 20, max_steps: 20, log_history: history, ...overrides });

test("every logged number except step and epoch becomes a curve in ascending order of steps", async () => {
  const { series, globalStep, maxSteps } = await read(
    state([
      { step: 20, epoch: 2, loss: 1.5, learning_rate: 1e-4 },
      { step: 10, epoch: 1, loss: 2, learning_rate: 2e-4, note: "text" },
      { step: 20, epoch: 2, eval_loss: 1.25 },
    ]),
  );
  expect(series).toEqual([
    { name: "loss", steps: [10, 20], values: [2, 1.5] },
    { name: "learning_rate", steps: [10, 20], values: [2e-4, 1e-4] },
    { name: "eval_loss", steps: [20], values: [1.25] },
  ]);
  expect([globalStep, maxSteps]).toEqual([20, 20]);
});

test("the later value is kept for a step that was logged twice, as by a resumed run", async () => {
  const { series } = await read(
    state([
      { step: 10, loss: 3 },
      { step: 20, loss: 2 },
      { step: 10, loss: 1 },
    ]),
  );
  expect(series).toEqual([{ name: "loss", steps: [10, 20], values: [1, 2] }]);
});

test("NaN and infinities as Python writes them are kept", async () => {
  const text =
    '{"global_step":3,"log_history":[{"step":1,"loss":NaN},{"step":2,"loss":Infinity},{"step":3,"loss":-Infinity}]}';
  expect((await read(text)).series[0]?.values).toEqual([NaN, Infinity, -Infinity]);
});

test("the closing summary is not a curve", async () => {
  const { series, summary } = await read(state([{ step: 20, train_loss: 1.9, train_runtime: 12, total_flos: 5 }]));
  expect(series).toEqual([]);
  expect(summary).toEqual(
    new Map([
      ["train_loss", 1.9],
      ["train_runtime", 12],
      ["total_flos", 5],
    ]),
  );
});

test("a run limited by epochs has no last step: max_steps of -1 is ignored", async () => {
  expect((await read(state([], { max_steps: -1 }))).maxSteps).toBeNull();
});

test("keys of Object's prototype are ordinary names", async () => {
  const { series } = await read('{"global_step":1,"log_history":[{"step":1,"constructor":2,"toString":3}]}');
  expect(series.map(({ name }) => name)).toEqual(["constructor", "toString"]);
});

describe("a file that is not a trainer state is rejected with its name", () => {
  test.each([
    ["no JSON", '{"global_step": 1, ', "JSON"],
    ["comments, which only JSON5 has", '{"global_step":1,/* hi */"log_history":[]}', "JSON"],
    ["an array", "[]", "the file"],
    ["no history", '{"global_step":1}', "log_history"],
    ["an entry without its step", state([{ loss: 1 }]), "log_history.0.step"],
    ["a step that is no integer", state([{ step: 1.5, loss: 1 }]), "log_history.0.step"],
    ["a negative step", state([{ step: -1, loss: 1 }]), "log_history.0.step"],
  ])("%s", async (_, text, message) => {
    await expect(read(text)).rejects.toMatchObject({
      code: "TRAINER_STATE_INVALID",
      message: expect.stringContaining(message) as string,
    });
  });

  test("a file truncated at any byte", async () => {
    const whole = state([{ step: 10, loss: 3 }]);
    for (let length = 0; length < whole.length; length += 7) {
      await expect(read(whole.slice(0, length))).rejects.toMatchObject({ code: "TRAINER_STATE_INVALID" });
    }
  });
});
