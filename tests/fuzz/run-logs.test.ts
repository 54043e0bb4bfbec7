import fc from "fast-check";
import { expect } from "vitest";
import { readEventFile } from "#src/import/tensorboard/read-event-file.js";
import { eventFileOf, eventOf, recordsOf } from "../support/event-file.js";
import { fuzz, readOrRefused } from "../support/fuzz.js";
import { mutated } from "../support/mutations.js";

const scalar = fc.record({
  tag: fc.constantFrom("train/loss", "eval/loss", "__proto__"),
  step: fc.nat(2 ** 40),
  value: fc.float({ noNaN: true }),
  form: fc.constantFrom("simple" as const, "tensor" as const),
});
const scalars = fc.array(scalar, { maxLength: 8 });

fuzz("event files: what was written is read, the later value of a step", scalars, async (written, file) => {
  const { curves, damage } = await readEventFile(await file(eventFileOf(written)), "e");
  expect(damage).toBeNull();
  const expected = new Map<string, Map<number, number>>();
  for (const { tag, step, value } of written) {
    expected.set(tag, (expected.get(tag) ?? new Map<number, number>()).set(step, value));
  }
  expect(new Set(curves.keys())).toEqual(new Set(expected.keys()));
  for (const [tag, curve] of curves) {
    expect(new Map(curve.steps.map((step, i) => [step, curve.values[i]]))).toEqual(expected.get(tag));
  }
});

fuzz(
  "event files whose bytes were changed are read or refused",
  mutated(scalars.map(eventFileOf)),
  async (bytes, file) => {
    const place = await file(bytes);
    await readOrRefused(() => readEventFile(place, "e"));
  },
);

const message = mutated(scalar.map((written) => eventOf(written)));
fuzz("events that say odd things in a valid record are read or refused", message, async (bytes, file) => {
  const place = await file(recordsOf([bytes]));
  await readOrRefused(() => readEventFile(place, "e"));
});
