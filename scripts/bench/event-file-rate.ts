import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readEventFile } from "#src/import/tensorboard/read-event-file.js";
import { eventFileOf } from "../../tests/support/event-file.js";
import { print } from "./print.js";

/** Points of a file of about 50 MB. */
const SPEED_POINTS = 900_000;
const SPEED_TAGS = ["train/loss", "train/grad_norm", "train/learning_rate", "train/epoch"];
const MEGABYTE = 1e6;

/** Prints the rate at which a TensorBoard event file of 50 MB is read, by wall time and by this process's time on the processor. */
export async function printEventFileRate(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "rankscope-formats-"));
  try {
    const file = path.join(folder, "events.out.tfevents.1");
    const points = Array.from({ length: SPEED_POINTS }, (_, i) => ({
      tag: SPEED_TAGS[i % SPEED_TAGS.length] ?? "",
      step: Math.floor(i / SPEED_TAGS.length),
      value: i / SPEED_POINTS,
    }));
    const bytes = eventFileOf(points);
    await writeFile(file, bytes);
    const cpu = process.cpuUsage();
    const start = performance.now();
    await readEventFile(file, "events");
    const seconds = (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    const megabytes = bytes.length / MEGABYTE;
    const cpuSeconds = (user + system) / 1e6;
    const rate = (time: number): string => `${(megabytes / time).toFixed(1)} MB/s`;
    print("TensorBoard event file", `${megabytes.toFixed(0)} MB, ${SPEED_POINTS} points`, [
      ["by wall time", rate(seconds)],
      ["by processor time", rate(cpuSeconds)],
    ]);
  } finally {
    await rm(folder, { recursive: true });
  }
}
