import type { Measurement } from "../../compute/providers/calibrate.js";
import type { Examination, ExaminedProvider } from "./diagnose-machine.js";
import { textTable } from "../text-table.js";

/** An examination for a terminal, by line. */
export function examinationText(examination: Examination): string[] {
  const { versions, database, weights, provider, providers, problems } = examination;
  const { rankscope, node, onnxruntime, kernel, platform } = versions;
  const missing = providers.filter(({ present }) => !present);
  return [
    `Rankscope ${rankscope}, Node.js ${node}, ONNX Runtime ${onnxruntime ?? "cannot be loaded"}, kernel version ${kernel}, ${platform}`,
    "",
    `Database   ${STATES[database.state]}: ${database.where}${database.detail === null ? "" : `\n           ${database.detail}`}`,
    `Workers    ${database.workers ?? "not known"}${database.workers === null ? "" : " alive"}`,
    `Weights    ${weights.problem ?? "can be used"}: ${weights.setting}`,
    `Provider   ${provider}${provider === "auto" ? ": by problem size, among those present" : ", for everything that it can hold"}`,
    "",
    ...textTable(
      ["provider", "present", "device", "precision", "used from"],
      providers.map((one) => [
        one.provider,
        one.present ? "yes" : "no",
        one.device ?? "-",
        one.precision,
        usedFrom(one),
      ]),
    ),
    ...missing.flatMap((one) => [
      "",
      `${one.provider} is not here: ${one.problem?.trim() ?? "it said nothing"}`,
      `  To have it: ${one.install ?? ""}`,
    ]),
    "",
    ...(problems.length === 0 ? ["Rankscope can work here."] : ["Rankscope cannot work here:", ...problems]),
  ];
}

const STATES = {
  READY: "ready",
  NOT_RUNNING: "not running",
  NOT_MIGRATED: "has another version's schema",
  UNREACHABLE: "cannot be reached",
} as const;

function usedFrom({ present, slow, crossing }: ExaminedProvider): string {
  if (crossing === null) return "the start";
  if (!present) return "-";
  if (slow) return "never by itself: too slow";
  const { flops, source } = crossing;
  return `${flops === null ? "never: slower here" : gflop(flops)} (${source})`;
}

/** A provider's measurement for a terminal, by line. */
export function measurementText({ provider, points, crossing, problem }: Measurement): string[] {
  return [
    `${provider} against one thread of the CPU, one layer of 1024 x 1024, r 16:`,
    ...textTable(
      ["GFLOP", "cpu ms", `${provider} ms`, "cpu / it"],
      points.map(({ flops, cpuSeconds, providerSeconds }) => [
        (flops / 1e9).toPrecision(3),
        (cpuSeconds * 1000).toPrecision(3),
        (providerSeconds * 1000).toPrecision(3),
        (cpuSeconds / providerSeconds).toPrecision(3),
      ]),
    ),
    problem !== null
      ? `It did not get through: ${problem}. It will not be used.`
      : crossing === null
        ? "It never was faster: it will not be used."
        : `It is faster from ${gflop(crossing)} on, and will be used from there.`,
  ];
}

const gflop = (flops: number) => `${(flops / 1e9).toPrecision(3)} GFLOP`;
