/**
 * `npm run bench:behaviour`: measures how fast language models run here, in tokens per second, beside transformers on the same
 * weights and the same number of threads. Options: see OPTIONS. Random checkpoints are kept in .rankscope/bench.
 */

import { availableParallelism, cpus } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { Provider } from "#src/model/computed-facts.js";
import type { ModelPrecision } from "#src/compute/models/graph-writer.js";
import { openModelOn } from "#src/compute/models/open-model-on.js";
import { readCheckpoint } from "./behaviour/read-checkpoint.js";
import { CHECKPOINTS, makeCheckpoint } from "./behaviour/random-checkpoint.js";
import { measureSpeed, type Speed, type SpeedTask } from "./behaviour/speed.js";
import { findPython, INSTALL, transformersSpeed } from "./behaviour/transformers.js";

const { values: OPTIONS } = parseArgs({
  options: {
    /** `example` (the example study's base), gpt2-medium, llama-1b, llama-7b, by comma. */
    models: { type: "string", default: "example,gpt2-medium" },
    /** cpu:float32, webgpu:float32, webgpu:float16, cuda:float32, cuda:float16, by comma. */
    on: { type: "string", default: "cpu:float32" },
    threads: { type: "string", default: String(availableParallelism()) },
    batches: { type: "string", default: "1" },
    rounds: { type: "string", default: "3" },
    /** wall, or cpu for processor time, on a busy machine. */
    clock: { type: "string", default: "wall" },
    prompt: { type: "string", default: "256" },
    generated: { type: "string", default: "16" },
    /** The Python that has transformers; `none` skips the comparison. */
    python: { type: "string" },
    /** The device that transformers runs on. */
    device: { type: "string", default: "cpu" },
    dtypes: { type: "string", default: "float32,bfloat16" },
    data: { type: "string", default: ".rankscope/bench" },
  },
});

/** Times the speed of transformers that is aimed at. */
const GOALS = { prefill: 1, decode: 0.8 } as const;

const list = (text: string) => text.split(",").filter((part) => part !== "");
const progress = (text: string) => console.error(`${new Date().toISOString().slice(11, 19)} ${text}`);
const threads = Number(OPTIONS.threads);
const clock = OPTIONS.clock === "cpu" ? "cpu" : "wall";

async function folderOf(name: string): Promise<string> {
  if (name === "example") return fileURLToPath(new URL("../../examples/reference-study/base", import.meta.url));
  const checkpoint = CHECKPOINTS.find((one) => one.name === name);
  if (checkpoint === undefined)
    throw new Error(`${name} is none of example, ${CHECKPOINTS.map((one) => one.name).join(", ")}.`);
  progress(`${name}: random weights`);
  return makeCheckpoint(checkpoint, path.resolve(OPTIONS.data), "random");
}

interface Row {
  readonly model: string;
  readonly by: string;
  readonly task: SpeedTask;
  readonly speed: Speed;
}

/** Measures one model on all providers and with transformers. */
async function measure(model: string, python: string | undefined): Promise<Row[]> {
  const folder = await folderOf(model);
  const { config, files } = await readCheckpoint(folder);
  const generated = Math.min(Number(OPTIONS.generated), config.positions / 4);
  const prompt = Math.min(Number(OPTIONS.prompt), config.positions - generated);
  const tasks = list(OPTIONS.batches).map((batch): SpeedTask => {
    return { batch: Number(batch), prompt, generated, rounds: Number(OPTIONS.rounds), clock };
  });
  const rows: Row[] = [];
  for (const on of list(OPTIONS.on)) {
    const [provider, precision] = on.split(":") as [Provider, ModelPrecision];
    progress(`${model} on ${on}`);
    const start = performance.now();
    const opened = await openModelOn({ config, files, provider, precision, threads, maxBytes: 16 * 2 ** 30 });
    if (opened.fallback !== null) {
      progress(`${model} on ${on}: left out, since the CPU computes it (${opened.fallback})`);
      await opened.model.close();
      continue;
    }
    for (const task of tasks) rows.push({ model, by: on, task, speed: await measureSpeed(opened.model, task) });
    await opened.model.close();
    progress(`${model} on ${on}: ${((performance.now() - start) / 1000).toFixed(0)} s`);
  }
  if (python !== undefined) {
    progress(`${model} with transformers`);
    const settings = { folder, device: OPTIONS.device, dtypes: list(OPTIONS.dtypes), threads, tasks };
    const { versions, results } = await transformersSpeed(python, settings);
    progress(`${model} with transformers: ${versions}`);
    for (const { dtype, task, speed } of results) {
      rows.push({ model, by: `transformers ${OPTIONS.device}:${dtype}`, task, speed });
    }
  }
  return rows;
}

/** Prints a table with each speed as a multiple of transformers' faster one for the same task. */
function print(rows: readonly Row[]): void {
  console.log(
    "| model | prompts x tokens + generated | by | prefill tokens/s | times transformers | decode tokens/s | times transformers |",
  );
  console.log(`|${" --- |".repeat(7)}`);
  for (const { model, by, task, speed } of rows) {
    const same = rows.filter(
      (row) => row.model === model && row.task.batch === task.batch && row.by.startsWith("transformers"),
    );
    const times = (kind: keyof Speed) => {
      if (same.length === 0 || by.startsWith("transformers")) return "-";
      const factor = speed[kind] / Math.max(...same.map((row) => row.speed[kind]));
      return `${factor.toFixed(2)} ${factor >= GOALS[kind] ? "✓" : `✗ (goal ${GOALS[kind]})`}`;
    };
    const cells = [model, `${task.batch} x ${task.prompt} + ${task.generated}`, by];
    const round = (value: number) => (value < 100 ? value.toFixed(1) : value.toFixed(0));
    console.log(
      `| ${[...cells, round(speed.prefill), times("prefill"), round(speed.decode), times("decode")].join(" | ")} |`,
    );
  }
}

const python = OPTIONS.python === "none" ? undefined : await findPython(OPTIONS.python);
if (python === undefined)
  console.log(`Without transformers, there is nothing to compare with. To install it: ${INSTALL}`);
console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${threads} threads, Node ${process.version}`);
const rows: Row[] = [];
if (clock === "cpu") console.log("Seconds are of processor time.");
for (const model of list(OPTIONS.models)) rows.push(...(await measure(model, python)));
print(rows);
