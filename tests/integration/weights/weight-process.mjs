// Uses a weight store in a separate process, and in a thread of it if requested, for tests that kill one or remove its rights.
// It prints one line of JSON: its result, or the code of its error.
import { Worker, isMainThread, workerData } from "node:worker_threads";
import { readdirSync } from "node:fs";
import { openWeightStore } from "#src/weights/open-weight-store.js";

const { settings, file, verb, user } = isMainThread ? JSON.parse(process.argv[2]) : workerData;

async function run() {
  const store = await openWeightStore(settings);
  try {
    if (verb === "keep") await store.keep(file);
    const bytes = verb === "read" ? await store.read(file, 0, file.size) : undefined;
    return { read: bytes?.length, ownBuffer: bytes?.buffer.byteLength };
  } catch (error) {
    return { code: error.code, message: error.message };
  } finally {
    await store.close();
  }
}

if (verb === "read in a thread" && isMainThread) {
  new Worker(new URL(import.meta.url), { workerData: { settings, file, verb: "read" } });
} else {
  if (user !== undefined) process.setuid(user);
  const before = readdirSync("/proc/self/fd").length;
  const result = await run();
  const left = readdirSync("/proc/self/fd").length - before;
  process.stdout.write(`${JSON.stringify({ ...result, left })}\n`);
}
