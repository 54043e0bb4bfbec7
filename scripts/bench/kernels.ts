/**
 * How fast the engine's kernels are on each provider, against the CPU and against ONNX Runtime's own matrix product, and how
 * exact: `npx tsx scripts/bench/kernels.ts`. Providers that are not here are left out, with the reason.
 */

import { availableParallelism, cpus } from "node:os";
import {
  flopsOf,
  measureProblem,
  type Measured,
  type Problem,
  type Runner,
} from "#src/compute/benchmark/measure-problem.js";
import type { Provider } from "#src/model/computed-facts.js";
import { GPU_PROVIDERS, probeProvider } from "#src/compute/providers/probe-provider.js";

const PROBLEMS: readonly Problem[] = [
  { layers: 24, members: 2, features: 1024, rank: 8 },
  { layers: 32, members: 2, features: 4096, rank: 16 },
  { layers: 1, members: 16, features: 4096, rank: 16 },
  { layers: 1, members: 64, features: 4096, rank: 16 },
  { layers: 32, members: 64, features: 4096, rank: 16 },
  { layers: 1, members: 64, features: 4096, rank: 64 },
  { layers: 1, members: 256, features: 4096, rank: 16 },
];

const HEADER = [
  "layers x members x features x r",
  "GFLOP",
  "provider",
  "ms",
  "GFLOP/s",
  "times all cores",
  "of MatMul",
  "cosine error",
  "L2 error",
  "on cpu",
];

const row = (problem: Problem, { seconds, matMulSeconds, ...one }: Measured, cpu: Measured | undefined): string[] => {
  const gflop = flopsOf(problem) / 1e9;
  const isGpu = one.provider !== "cpu";
  return [
    `${problem.layers} x ${problem.members} x ${problem.features} x ${problem.rank}`,
    gflop.toPrecision(3),
    isGpu ? one.provider : `cpu x${one.threads}`,
    (seconds * 1000).toPrecision(3),
    (gflop / seconds).toPrecision(3),
    cpu === undefined ? "-" : (cpu.seconds / seconds).toPrecision(3),
    `${((100 * matMulSeconds) / seconds).toFixed(0)} %`,
    isGpu ? one.cosineError.toExponential(1) : "-",
    isGpu ? one.distanceError.toExponential(1) : "-",
    isGpu ? String(one.again) : "-",
  ];
};

/** Larger problems are not given to one core alone. */
const ONE_CORE_FLOPS = 1e11;

/** GFLOP above which a problem is left out: for machines on which it would take minutes. */
const most = Number(process.argv[2] ?? Infinity);
const wanted = process.argv[3]?.split(",");

const threads = availableParallelism();
const runners: Runner[] = [{ provider: "cpu", threads: 1 }];
if (threads > 1) runners.push({ provider: "cpu", threads });
console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${threads} cores, Node ${process.version}`);
for (const provider of GPU_PROVIDERS.filter((one: Provider) => wanted?.includes(one) ?? true)) {
  const { present, device, problem, runtime } = await probeProvider(provider);
  console.log(`${provider}: ${present ? (device ?? "a device that is not known") : problem}, ONNX Runtime ${runtime}`);
  if (present) runners.push({ provider, threads: 1 });
}
console.log(`| ${HEADER.join(" | ")} |\n|${" --- |".repeat(HEADER.length)}`);
for (const problem of PROBLEMS.filter((one) => flopsOf(one) <= most * 1e9)) {
  const measured = await measureProblem(
    problem,
    // One core takes minutes for what all of them take seconds for.
    runners.filter((one) => one.provider !== "cpu" || one.threads === threads || flopsOf(problem) < ONE_CORE_FLOPS),
  );
  const cpu = measured.find((one) => one.provider === "cpu" && one.threads === threads);
  for (const one of measured) console.log(`| ${row(problem, one, cpu).join(" | ")} |`);
}
