import type { Provider } from "../../model/computed-facts.js";
import { runChild } from "./run-child.js";

/** The result of trying a provider on this machine. */
export interface ProviderReport {
  readonly provider: Provider;
  /** Whether the provider works. */
  readonly present: boolean;
  /** The device that it runs on; null where that is unknown. */
  readonly device: string | null;
  /** Whether the provider is far slower than one CPU core, like an emulated GPU; it is then used only if named. */
  readonly slow: boolean;
  /** Why it does not work; null where it does. */
  readonly problem: string | null;
  /** Version of ONNX Runtime; null where it could not be loaded. */
  readonly runtime: string | null;
}

/** The message of the probing process. */
export type ProbeResult = Omit<ProviderReport, "provider" | "present">;

/** The first use of a GPU compiles shaders; a driver that hangs must not block the caller. */
const TIMEOUT_MILLISECONDS = 30_000;

/** All supported providers except the CPU. */
export const GPU_PROVIDERS: readonly Provider[] = ["cuda", "webgpu"];

/** Tries a provider with one multiplication, in a process of its own: a driver that crashes affects nothing else. */
export async function probeProvider(provider: Provider): Promise<ProviderReport> {
  let received: ProbeResult | undefined;
  const failure = await runChild("probe-child.js", [provider], TIMEOUT_MILLISECONDS, (message) => {
    received = message as ProbeResult;
  });
  const result = received ?? { device: null, slow: false, problem: failure ?? "it sent no result", runtime: null };
  return { provider, present: result.problem === null, ...result };
}

/** Returns the GPU providers that work here, without emulated GPUs. */
export async function presentProviders(): Promise<ReadonlySet<Provider>> {
  const reports = await Promise.all(GPU_PROVIDERS.map(probeProvider));
  return new Set(reports.filter(({ present, slow }) => present && !slow).map(({ provider }) => provider));
}
