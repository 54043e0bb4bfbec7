import { expect, test } from "vitest";
import { changesBase } from "#src/derive/base-initialisation.js";
import { configNotes } from "#src/import/adapter/config-variants.js";

const NAMES = ["true", "false", "gaussian", "eva", "orthogonal", "mica", "pissa", "pissa_niter_16", "olora", "OLoRA"];

test("the diagnosis and the import agree on which initialisations change the base weights", () => {
  for (const name of [...NAMES, "corda", "loftq", "lora_ga"]) {
    const warned = configNotes({}, name).some(({ code }) => code === "BASE_WEIGHTS_CHANGED");
    expect(changesBase(name), name).toBe(warned);
  }
  expect(changesBase("pissa")).toBe(true);
  expect(changesBase(undefined)).toBe(false);
});
