import { fork } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Provider } from "./engine-types.js";

/** A provider other than the CPU, tried out. */
export interface ProviderReport {
  readonly provider: Provider;
  readonly present: boolean;
  /** What it runs on, as far as can be told; null where it cannot. */
  readonly device: string | null;
  /** Why it is not there. */
  readonly problem: string | null;
}

/** What the probing process says. */
export type ProbeAnswer = { readonly ok: true } | { readonly ok: false; readonly problem: string };

const PROBE = fileURLToPath(new URL("./probe-child.js", import.meta.url));
/** The first use of a GPU compiles shaders; a driver that hangs must not hang the caller. */
const PROBE_MILLISECONDS = 30_000;

/** Every provider beside the CPU that this program knows. */
export const GPU_PROVIDERS: readonly Provider[] = ["cuda", "webgpu"];

/**
 * Tries a provider out by multiplying on it, in a process of its own: a driver that crashes takes nothing else with it.
 */
export async function probeProvider(provider: Provider): Promise<ProviderReport> {
  const answer = await new Promise<ProbeAnswer>((resolve) => {
    const child = fork(PROBE, [provider], {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      timeout: PROBE_MILLISECONDS,
      execArgv: [],
    });
    let said: ProbeAnswer | undefined;
    child.once("message", (message) => {
      said = message as ProbeAnswer;
    });
    child.once("error", ({ message }) => resolve({ ok: false, problem: message }));
    child.once("exit", (code, signal) => {
      const end =
        signal === "SIGTERM" ? "it did not answer in time" : `its process ended with ${signal ?? `code ${code}`}`;
      resolve(said ?? { ok: false, problem: end });
    });
  });
  const problem = answer.ok ? null : answer.problem;
  return { provider, present: answer.ok, device: answer.ok ? deviceName() : null, problem };
}

/** The providers beside the CPU that work here. */
export async function presentProviders(): Promise<ReadonlySet<Provider>> {
  const reports = await Promise.all(GPU_PROVIDERS.map(probeProvider));
  return new Set(reports.filter(({ present }) => present).map(({ provider }) => provider));
}

const NVIDIA = "/proc/driver/nvidia/gpus";

/** ONNX Runtime does not tell: the driver does, where it is NVIDIA's on Linux. */
function deviceName(): string | null {
  try {
    const names = readdirSync(NVIDIA).map(
      (gpu) => /^Model:\s*(.+)$/m.exec(readFileSync(`${NVIDIA}/${gpu}/information`, "utf8"))?.[1] ?? "an NVIDIA GPU",
    );
    return names.length === 0 ? null : [...new Set(names)].join(", ");
  } catch {
    return null;
  }
}
