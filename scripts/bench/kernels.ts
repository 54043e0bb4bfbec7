/**
 * `npx tsx scripts/bench/kernels.ts [MAX_GFLOP] [PROVIDER,...]`: measures speed and accuracy of the engine's kernels on each
 * provider, compared with the CPU and with ONNX Runtime's own matrix product. Unavailable providers are skipped; the reason is
 * printed.
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

const row = (
  problem: Problem,
  { seconds, matMulSeconds, ...measured }: Measured,
  cpu: Measured | undefined,
): string[] => {
  const gflop = flopsOf(problem) / 1e9;
  const isGpu = measured.provider !== "cpu";
  return [
    `${problem.layers} x ${problem.members} x ${problem.features} x ${problem.rank}`,
    gflop.toPrecision(3),
    isGpu ? measured.provider : `cpu x${measured.threads}`,
    (seconds * 1000).toPrecision(3),
    (gflop / seconds).toPrecision(3),
    cpu === undefined ? "-" : (cpu.seconds / seconds).toPrecision(3),
    `${((100 * matMulSeconds) / seconds).toFixed(0)} %`,
    isGpu ? measured.cosineError.toExponential(1) : "-",
    isGpu ? measured.distanceError.toExponential(1) : "-",
    isGpu ? String(measured.again) : "-",
  ];
};

/** Maximum size of a problem that is measured on a single core. Larger ones would take minutes there. */
const MAX_FLOPS_OF_ONE_CORE = 1e11;

/** Larger problems are skipped, for machines on which they would take minutes. */
const maxGflop = Number(process.argv[2] ?? Infinity);
const requestedProviders = process.argv[3]?.split(",");

const threads = availableParallelism();
const runners: Runner[] = [{ provider: "cpu", threads: 1 }];
if (threads > 1) runners.push({ provider: "cpu", threads });
console.log(`${cpus()[0]?.model ?? "unknown processor"}, ${threads} cores, Node ${process.version}`);
for (const provider of GPU_PROVIDERS.filter((provider: Provider) => requestedProviders?.includes(provider) ?? true)) {
  const { present, device, problem, runtime } = await probeProvider(provider);
  console.log(`${provider}: ${present ? (device ?? "unknown device") : problem}, ONNX Runtime ${runtime}`);
  if (present) runners.push({ provider, threads: 1 });
}
console.log(`| ${HEADER.join(" | ")} |\n|${" --- |".repeat(HEADER.length)}`);
for (const problem of PROBLEMS.filter((problem) => flopsOf(problem) <= maxGflop * 1e9)) {
  const measured = await measureProblem(
    problem,
    runners.filter((runner) => {
      const isOneCore = runner.provider === "cpu" && runner.threads !== threads;
      return !isOneCore || flopsOf(problem) < MAX_FLOPS_OF_ONE_CORE;
    }),
  );
  const cpu = measured.find(({ provider, threads: used }) => provider === "cpu" && used === threads);
  for (const measurement of measured) console.log(`| ${row(problem, measurement, cpu).join(" | ")} |`);
}
