import { describe, expect, test } from "vitest";
import { groupRuns } from "#src/import/folder/group-runs.js";

/** Runs as `name: folder [step or F(inal)]...`, sorted. */
function runs(folders: readonly string[], study = "study") {
  return Object.fromEntries(
    groupRuns(folders, study).map(({ name, folder, saves }) => [
      name,
      { folder, saves: saves.map(({ folder: place, step, isFinal }) => [place, step, isFinal]) },
    ]),
  );
}

describe("a folder with a save", () => {
  test("named checkpoint-<step> or like a final save belongs to the parent folder", () => {
    const ends = [
      "final_model",
      "final",
      "final_checkpoint",
      "final_adapter",
      "adapter",
      "adapter_model",
      "best_model",
      "last",
      "last-checkpoint",
    ];
    expect(runs(["a/16bit_r8/checkpoint-900", ...ends.map((end) => `a/16bit_r8/${end}`)])).toEqual({
      "16bit_r8": {
        folder: "a/16bit_r8",
        saves: [["a/16bit_r8/checkpoint-900", 900, false], ...ends.map((end) => [`a/16bit_r8/${end}`, null, true])],
      },
    });
  });

  test("with any other name is a run, and its adapter is the final checkpoint", () => {
    expect(runs(["a/r8"])).toEqual({ r8: { folder: "a/r8", saves: [["a/r8", null, true]] } });
  });

  test("inside a checkpoint folder belongs to that checkpoint", () => {
    expect(runs(["r8/checkpoint-5", "r8/checkpoint-5/adapter_model", "r8/final_model/adapter"])).toEqual({
      r8: {
        folder: "r8",
        saves: [
          ["r8/checkpoint-5", 5, false],
          ["r8/checkpoint-5/adapter_model", 5, false],
          ["r8/final_model/adapter", null, true],
        ],
      },
    });
  });

  test("may be the study folder itself, whose name the run then gets", () => {
    expect(runs(["", "checkpoint-5", "final_model"], "r8")).toEqual({
      r8: {
        folder: "",
        saves: [
          ["", null, true],
          ["checkpoint-5", 5, false],
          ["final_model", null, true],
        ],
      },
    });
  });
});

describe("checkpoints and the adapter that a script saves at the end", () => {
  const unsloth = {
    folder: "a/r8",
    saves: [
      ["a/r8/checkpoint-7", 7, false],
      ["a/r8/lora_model", null, true],
    ],
  };

  test("are one run if they lie in one folder", () => {
    expect(runs(["a/r8/checkpoint-7", "a/r8/lora_model"])).toEqual({ r8: unsloth });
    expect(runs(["a/r8", "a/r8/peft-adapter"])).toMatchObject({ r8: { folder: "a/r8" } });
  });

  test("are one run if the checkpoints have a folder of their own beside the adapter", () => {
    for (const final of ["a/r8", "a/r8/lora_model", "a/r8/final_model"]) {
      expect(runs(["a/r8/outputs/checkpoint-7", final])).toMatchObject({ r8: { folder: "a/r8" } });
    }
    expect(runs(["outputs/checkpoint-7", "lora_model"], "r8")).toMatchObject({ r8: { folder: "" } });
  });

  test("stay several runs if several trainings or adapters are possible", () => {
    const names = (folders: readonly string[]) => Object.keys(runs(folders)).sort();
    expect(names(["a/lora_model", "a/qlora_model"])).toEqual(["lora_model", "qlora_model"]);
    expect(names(["a/r8/checkpoint-7", "a/r8/lora_model", "a/r8/qlora_model"])).toHaveLength(3);
    expect(names(["a/outputs/checkpoint-7", "a/checkpoints/checkpoint-7", "a/lora_model"])).toHaveLength(3);
    expect(names(["a/lora_model/checkpoint-3", "a/checkpoint-7"])).toEqual(["a", "lora_model"]);
    expect(names(["a/outputs/16bit_r8", "a/lora_model"])).toEqual(["16bit_r8", "lora_model"]);
  });
});

describe("a run's name", () => {
  test("is the shortest suffix of its path that no other run has", () => {
    expect(Object.keys(runs(["x/seed1/r8", "x/seed2/r8", "x/seed2/r4", "y/seed2/r8"]))).toEqual([
      "seed1/r8",
      "x/seed2/r8",
      "r4",
      "y/seed2/r8",
    ]);
  });

  test("is unique even if a folder has the name of its study", () => {
    expect(runs(["", "study", "study/study"])).toMatchObject({
      study: { folder: "" },
      "study/study": { folder: "study" },
      "study/study/study": { folder: "study/study" },
    });
  });

  test("is determined quickly among thousands of runs with the same name", () => {
    const folders = Array.from({ length: 20_000 }, (_, i) => `sweep/y${i}/r8`);
    expect(new Set(groupRuns(folders, "s").map(({ name }) => name)).size).toBe(20_000);
    // A search through all earlier runs for each run would take minutes, so the time limit of the test is the assertion.
  });
});
