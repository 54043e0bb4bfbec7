import { expect, test } from "vitest";
import { changesBaseWeights } from "#src/model/base-initialisation.js";
import { baseWeightsChanged } from "#src/derive/confounds/base-weights-changed.js";
import { configNotes } from "#src/import/adapter/config-variants.js";
import { settingsOf } from "../../../support/evidence.js";
import { runs } from "../../../support/runs.js";

const NAMES = ["true", "false", "gaussian", "eva", "orthogonal", "mica", "pissa", "pissa_niter_16", "olora", "OLoRA"];

test("confounds and import warnings agree on which initialisations change the base weights", () => {
  for (const name of [...NAMES, "corda", "loftq", "lora_ga"]) {
    const isWarned = configNotes({}, name).some(({ code }) => code === "BASE_WEIGHTS_CHANGED");
    expect(changesBaseWeights(name), name).toBe(isWarned);
  }
  expect(changesBaseWeights("pissa")).toBe(true);
});

test("an unknown initialisation is not a confound", () => {
  const [run] = runs([["16bit", 16, 8, {}]]);
  if (run === undefined) throw new Error("no run");
  const [, settings] = settingsOf(run);
  const unknown = { ...settings, adapter: settings.adapter && { ...settings.adapter, initLoraWeights: undefined } };
  expect(baseWeightsChanged.inRuns([unknown, unknown])).toBeUndefined();
});
