import { askChild } from "./ask-child.js";
import type { Provider } from "../model/computed-facts.js";

/** A provider, tried out. */
export interface ProviderReport {
  readonly provider: Provider;
  readonly present: boolean;
  /** What it runs on, as far as can be told; null where it cannot. */
  readonly device: string | null;
  /** Slower than one core of the CPU by far, as a CPU that plays a GPU is: used where it is named, never by itself. */
  readonly slow: boolean;
  /** Why it is not there. */
  readonly problem: string | null;
  /** Version of ONNX Runtime; null where it could not be loaded. */
  readonly runtime: string | null;
}

/** What the probing process says. */
export type ProbeAnswer = Omit<ProviderReport, "provider" | "present">;

/** The first use of a GPU compiles shaders; a driver that hangs must not hang the caller. */
const PROBE_MILLISECONDS = 30_000;

/** Every provider beside the CPU that this program knows. */
export const GPU_PROVIDERS: readonly Provider[] = ["cuda", "webgpu"];

/**
 * Tries a provider out by multiplying on it, in a process of its own: a driver that crashes takes nothing else with it.
 */
export async function probeProvider(provider: Provider): Promise<ProviderReport> {
  let said: ProbeAnswer | undefined;
  const end = await askChild("probe-child.js", [provider], PROBE_MILLISECONDS, (message) => {
    said = message as ProbeAnswer;
  });
  const answer = said ?? { device: null, slow: false, problem: end ?? "it said nothing", runtime: null };
  return { provider, present: answer.problem === null, ...answer };
}

/** The providers beside the CPU that work here, and are no CPU that plays a GPU. */
export async function presentProviders(): Promise<ReadonlySet<Provider>> {
  const reports = await Promise.all(GPU_PROVIDERS.map(probeProvider));
  return new Set(reports.filter(({ present, slow }) => present && !slow).map(({ provider }) => provider));
}
