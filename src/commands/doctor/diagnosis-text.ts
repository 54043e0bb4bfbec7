import type { Measurement } from "../../compute/providers/calibrate.js";
import { textTable } from "../terminal/table.js";
import type { DatabaseState, DiagnosedProvider, MachineDiagnosis } from "./diagnose-machine.js";

/** Formats a diagnosis for a terminal, as lines. */
export function diagnosisText(diagnosis: MachineDiagnosis): string[] {
  const { versions, database, weights, provider, providers, problems } = diagnosis;
  const { rankscope, node, onnxruntime, kernel, platform } = versions;
  const missing = providers.filter(({ present }) => !present);
  const providerRule = provider === "auto" ? "chosen by problem size among those present" : "used for all comparisons";
  return [
    `Rankscope ${rankscope}, Node.js ${node}, ONNX Runtime ${onnxruntime ?? "cannot be loaded"}, kernel version ${kernel}, ${platform}`,
    "",
    ...databaseLines(database),
    `Weights    ${weights.problem ?? "usable"}: ${weights.setting}`,
    `Provider   ${provider}: ${providerRule}`,
    "",
    ...textTable(["provider", "present", "device", "precision", "used from"], providers.map(providerRow)),
    ...missing.flatMap(missingProviderLines),
    "",
    ...(problems.length === 0 ? ["Rankscope can run here."] : ["Rankscope cannot run here:", ...problems]),
  ];
}

const STATES = {
  READY: "ready",
  NOT_RUNNING: "not running",
  NOT_MIGRATED: "has the schema of another version",
  UNREACHABLE: "unreachable",
} as const;

function databaseLines({ state, where, detail, workers }: DatabaseState): string[] {
  return [
    `Database   ${STATES[state]}: ${where}`,
    ...(detail === null ? [] : [`           ${detail}`]),
    `Workers    ${workers === null ? "unknown" : `${workers} alive`}`,
  ];
}

function providerRow(report: DiagnosedProvider): string[] {
  const { provider, present, device, precision } = report;
  return [provider, present ? "yes" : "no", device ?? "-", precision, usedFrom(report)];
}

function missingProviderLines({ provider, problem, install }: DiagnosedProvider): string[] {
  return [
    "",
    `${provider} is not available: ${problem?.trim() ?? "the probe reported no reason"}`,
    `  To install it: ${install ?? ""}`,
  ];
}

function usedFrom({ present, slow, crossing }: DiagnosedProvider): string {
  if (crossing === null) return "any size";
  if (!present) return "-";
  if (slow) return "never automatically: too slow";
  const { flops, source } = crossing;
  return `${flops === null ? "never: slower than the CPU" : gigaflops(flops)} (${source})`;
}

/** Formats the measurement of a provider for a terminal, as lines. */
export function measurementText(measurement: Measurement): string[] {
  const { provider, points } = measurement;
  return [
    `${provider} compared with one CPU thread, for one layer of 1024 x 1024 at r = 16:`,
    ...textTable(
      ["GFLOP", "cpu ms", `${provider} ms`, "speed-up"],
      points.map(({ flops, cpuSeconds, providerSeconds }) => [
        (flops / 1e9).toPrecision(3),
        (cpuSeconds * 1000).toPrecision(3),
        (providerSeconds * 1000).toPrecision(3),
        (cpuSeconds / providerSeconds).toPrecision(3),
      ]),
    ),
    measurementResult(measurement),
  ];
}

function measurementResult({ provider, crossing, problem }: Measurement): string {
  if (problem !== null) return `The measurement failed: ${problem}. ${provider} will not be used automatically.`;
  if (crossing === null) return `${provider} was slower at every size and will not be used automatically.`;
  return `${provider} is faster from ${gigaflops(crossing)} and will be used from that size.`;
}

const gigaflops = (flops: number) => `${(flops / 1e9).toPrecision(3)} GFLOP`;
