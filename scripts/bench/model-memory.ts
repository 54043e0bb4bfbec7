/**
 * `npx tsx scripts/bench/model-memory.ts`: measures the memory of a process that runs a 7B model in bfloat16 on the CPU, anonymous
 * and mapped told apart. The checkpoint has the shapes of Llama 2 7B and is a sparse file of zeros in .rankscope/bench, which takes
 * no space on the disk. Linux only.
 */

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { openModel } from "#src/compute/models/language-model.js";
import { runBytes, weightBytes } from "#src/compute/models/model-memory.js";
import { headTensor, modelTensors } from "#src/model/model-tensors.js";
import { CHECKPOINTS, makeCheckpoint } from "./behaviour/random-checkpoint.js";
import { readCheckpoint } from "./behaviour/read-checkpoint.js";

const { values: OPTIONS } = parseArgs({
  options: {
    /** gpt2-medium, llama-1b or llama-7b. */
    model: { type: "string", default: "llama-7b" },
    tokens: { type: "string", default: "128" },
    /** Memory that the model may need, in MB. */
    limit: { type: "string", default: "3000" },
    threads: { type: "string", default: "2" },
    /** Layers that are run; all of the model by default. Layers are read one after the other, so their number adds only time. */
    layers: { type: "string" },
    data: { type: "string", default: ".rankscope/bench" },
  },
});

const MB = 2 ** 20;
/** Returns a value of /proc/self/status, in MB. */
function statusOf(key: string): number {
  const line = new RegExp(`^${key}:\\s+(\\d+) kB$`, "m").exec(readFileSync("/proc/self/status", "utf8"));
  return Number(line?.[1] ?? NaN) / 1024;
}

const checkpoint = CHECKPOINTS.find(({ name }) => name === OPTIONS.model);
if (checkpoint === undefined)
  throw new Error(`${OPTIONS.model} is none of ${CHECKPOINTS.map(({ name }) => name).join(", ")}.`);
const folder = await makeCheckpoint(checkpoint, path.resolve(OPTIONS.data), "zeros");
const { config: whole, files: allFiles } = await readCheckpoint(folder);
const layers = Math.min(whole.layers, Number(OPTIONS.layers ?? whole.layers));
const config = { ...whole, layers };
const needed = new Set([...modelTensors(config).keys(), headTensor(config, allFiles)]);
const files = { ...allFiles, tensors: new Map([...allFiles.tensors].filter(([name]) => needed.has(name))) };
const tokens = Number(OPTIONS.tokens);
const stored = [...allFiles.tensors.values()].reduce((sum, { length }) => sum + length, 0);
console.log(
  `${checkpoint.name}: ${(stored / 2 ** 30).toFixed(1)} GiB in the file, ${layers} of ${whole.layers} layers run`,
);

const before = statusOf("VmRSS");
const peak = { total: 0, anonymous: 0, mapped: 0 };
const sample = () => {
  peak.anonymous = Math.max(peak.anonymous, statusOf("RssAnon"));
  peak.mapped = Math.max(peak.mapped, statusOf("RssFile"));
};
const timer = setInterval(sample, 20);
const model = openModel({
  config,
  files,
  provider: "cpu",
  threads: Number(OPTIONS.threads),
  maxBytes: Number(OPTIONS.limit) * MB,
});
const start = performance.now();
const [losses] = await model.tokenLosses([Array.from({ length: tokens }, (_, i) => i + 1)]);
const seconds = (performance.now() - start) / 1000;
sample();
clearInterval(timer);
peak.total = statusOf("VmHWM");
const size = { tokens: Math.min(512, tokens), cachedTokens: tokens, total: tokens };
const headRows = Math.floor((64 * MB) / 4 / config.vocabularySize);
const bound =
  weightBytes({ config, files, holding: model.holding }, tokens) +
  runBytes(config, size, headRows * 4 * config.vocabularySize);
console.log(
  [
    `held: ${model.holding.toLowerCase()}`,
    `peak of the process: ${peak.total.toFixed(0)} MB, of which before the model: ${before.toFixed(0)} MB`,
    `peak of anonymous memory: ${peak.anonymous.toFixed(0)} MB; of mapped files: ${peak.mapped.toFixed(0)} MB`,
    `stated bound of the model: ${(bound / MB).toFixed(0)} MB; used: ${(peak.total - before).toFixed(0)} MB`,
    `${tokens} tokens in ${seconds.toFixed(1)} s, ${losses?.length ?? 0} losses`,
  ].join("\n"),
);
await model.close();
if (peak.total - before > bound / MB) process.exitCode = 1;
