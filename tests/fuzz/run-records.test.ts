import fc from "fast-check";
import { expect } from "vitest";
import { RUN_RECORD, runRecordOf } from "#src/import/formats/run-record.js";
import { RUN_SETTINGS } from "#src/import/formats/run-settings.js";
import { TRAINER_RESULTS } from "#src/import/formats/trainer-results.js";
import { fuzz, readOrRefused } from "../support/fuzz.js";
import { mutated } from "../support/mutations.js";

// Neither format writes the sign of 0.
const loss = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0);
const row = fc.record({ step: fc.nat(2 ** 40), loss });
const rows = fc.uniqueArray(row, { minLength: 2, maxLength: 8, selector: ({ step }) => step });
const csvOf = (list: readonly { step: number; loss: number }[]): string =>
  ["step,loss", ...list.map((entry) => `${entry.step},${entry.loss}`), ""].join("\n");

fuzz("logs of one run: what was written is read, by step", rows, (written) => {
  const sorted = [...written].sort((left, right) => left.step - right.step);
  for (const [name, text] of [
    ["run/log.csv", csvOf(written)],
    ["run/history.json", JSON.stringify(written)],
    ["run/result.json", written.map((entry) => JSON.stringify(entry)).join("\n")],
  ] as const) {
    const curve = runRecordOf(text, name)?.curves.get("loss");
    expect(curve?.steps).toEqual(sorted.map(({ step }) => step));
    expect(curve?.values).toEqual(sorted.map((entry) => entry.loss));
  }
  return Promise.resolve();
});

const written = fc.oneof(
  rows.map(csvOf),
  fc.json(),
  rows.map((list) => JSON.stringify({ metrics: list })),
);
fuzz(
  "records of runs whose bytes were changed are read or refused",
  mutated(written.map((text) => Buffer.from(text))),
  async (bytes, file) => {
    const path = await file(bytes);
    for (const where of ["run/metrics.csv", "run/metrics.json", "run/log.jsonl", "logs/lora_r8.csv"]) {
      await readOrRefused(() => RUN_RECORD.read({ path, where }));
    }
    await readOrRefused(() => RUN_SETTINGS.read({ path, where: "run/args.json" }));
    await readOrRefused(() => TRAINER_RESULTS.read({ path, where: "run/eval_results.txt" }));
  },
);
