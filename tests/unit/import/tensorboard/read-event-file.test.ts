import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { crc32c } from "#src/import/logs/crc32c.js";
import { mergeStarts } from "#src/import/tensorboard/merge-starts.js";
import { readEventFile } from "#src/import/tensorboard/read-event-file.js";
import { eventFileOf, recordsOf } from "../../../support/event-file.js";
import { fixtureFiles } from "../../../support/fixture-file.js";
import { temporaryFolder } from "../../../support/temporary-folder.js";

async function read(bytes: Uint8Array) {
  const file = path.join(await temporaryFolder(), "events.out.tfevents.1");
  await writeFile(file, bytes);
  return readEventFile(file, "events");
}

test("CRC-32C has the check value of its catalogue, and of RFC 3720 for 32 zeros", () => {
  expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
  // RFC 3720, appendix B.4, whose bytes are also summed from and to positions that are not multiples of eight.
  const ascending = Uint8Array.from({ length: 32 }, (_, i) => i);
  expect(crc32c(ascending)).toBe(0x46dd794e);
  expect(crc32c(Uint8Array.of(9, 9, 9, ...ascending, 9, 9), 3, 35)).toBe(0x46dd794e);
});

describe("files of the Hugging Face Trainer", async () => {
  const starts = await Promise.all(
    (await fixtureFiles("tensorboard", "trainer")).map((file) => readEventFile(file, "e")),
  );
  const [first, second] = starts;

  test("scalars become curves with steps and wall times", () => {
    const loss = first?.curves.get("train/loss");
    expect(loss?.steps).toEqual([10, 20, 30, 40]);
    expect(loss?.values.map((value) => value.toFixed(4))).toEqual(["2.9000", "2.8000", "2.7000", "2.6000"]);
    expect(loss?.wallTimes?.every((time) => time > 1.7e9 && time >= (first?.startedAt ?? Infinity))).toBe(true);
    expect([...(first?.curves.keys() ?? [])]).toEqual(["train/loss", "train/epoch", "eval/loss"]);
    expect(first?.damage).toBeNull();
  });

  test("arguments and the model's configuration become settings", () => {
    expect(first?.settings.get("learning_rate")).toBe(2e-4);
    expect(first?.settings.get("seed")).toBe(7);
    expect(first?.settings.get("per_device_train_batch_size")).toBe(4);
    expect(first?.settings.get("model_config")).toMatchObject({ n_layer: 2, n_embd: 8 });
    expect([...(first?.settings.keys() ?? [])].filter((key) => key.endsWith("token"))).toEqual([]);
  });

  test("a later start replaces the points from its first step on", () => {
    const { log, restarts } = mergeStarts([...starts].reverse());
    expect(log.curves.get("train/loss")?.steps).toEqual([10, 20, 30, 40, 50, 60]);
    expect(log.curves.get("train/loss")?.values.map((value) => value.toFixed(2))).toEqual([
      "2.90",
      "2.80",
      "2.95",
      "2.85",
      "2.75",
      "2.65",
    ]);
    expect(restarts).toEqual([30]);
    expect(log.startedAt).toBe(first?.startedAt);
    expect(second?.startedAt).toBeGreaterThan(first?.startedAt ?? Infinity);
  });
});

test("scalars that TensorBoard's own writer stores as tensors are read", async () => {
  const [file = ""] = await fixtureFiles("tensorboard", "tensors");
  const { curves } = await readEventFile(file, "e");
  expect(curves.get("train/loss")).toMatchObject({ steps: [0, 1, 2], values: [2, 1.75, 1.5] });
});

describe("damaged files", async () => {
  const [file = ""] = await fixtureFiles("tensorboard", "trainer");
  const whole = await readFile(file);

  test("a half-written last record is named; the records before it are kept", async () => {
    const { damage, curves } = await read(whole.subarray(0, whole.length - 3));
    expect(damage).toMatch(/^an incomplete record at byte \d+$/);
    expect(curves.get("train/loss")?.steps).toEqual([10, 20, 30, 40]);
  });

  test("a record with a changed byte is named; the records before it are kept", async () => {
    const changed = Buffer.from(whole);
    changed[whole.length - 6] = (changed[whole.length - 6] ?? 0) ^ 1;
    expect((await read(changed)).damage).toMatch(/^a wrong checksum at byte \d+$/);
  });

  test("a file that does not begin with an event is refused", async () => {
    await expect(read(Buffer.from("no event file, but a text"))).rejects.toMatchObject({ code: "EVENT_FILE_INVALID" });
    await expect(read(recordsOf([Buffer.from([0xff])]))).rejects.toMatchObject({ code: "EVENT_FILE_INVALID" });
  });

  test("an empty file has no curves, as one whose program just started", async () => {
    expect(await read(Buffer.alloc(0))).toMatchObject({ startedAt: null, damage: null, curves: new Map() });
  });
});

test("the later value of a step that one file has twice is kept, in ascending order", async () => {
  const { curves } = await read(
    eventFileOf([
      { tag: "loss", step: 2, value: 5 },
      { tag: "loss", step: 1, value: 4 },
      { tag: "loss", step: 2, value: 3, form: "tensor" },
    ]),
  );
  expect(curves.get("loss")).toEqual({ steps: [1, 2], values: [4, 3], wallTimes: [1001, 1002] });
});
