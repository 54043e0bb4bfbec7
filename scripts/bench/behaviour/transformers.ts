import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Speed, SpeedTask } from "./speed.js";

const run = promisify(execFile);
/** The virtual environment that INSTALL makes. */
const VENV = ".venv/bin/python";
/** Installs what the benchmark compares with. */
export const INSTALL = "python3 -m venv .venv && .venv/bin/pip install torch transformers safetensors";

/** Returns a Python that has transformers: the given one, that of .venv, or the system's; undefined if none has it. */
export async function findPython(given: string | undefined): Promise<string | undefined> {
  const candidates = given === undefined ? [...(existsSync(VENV) ? [VENV] : []), "python3"] : [given];
  for (const python of candidates) {
    const found = await run(python, ["-c", "import torch, transformers, safetensors"]).then(
      () => true,
      () => false,
    );
    if (found) return python;
  }
  return undefined;
}

interface Settings {
  readonly folder: string;
  readonly device: string;
  readonly dtypes: readonly string[];
  readonly threads: number;
  readonly tasks: readonly SpeedTask[];
}

interface Results {
  readonly torch: string;
  readonly transformers: string;
  /** Precisions whose products are slower than float32's on this CPU. */
  readonly leftOut: readonly string[];
  readonly results: readonly { readonly dtype: string; readonly task: SpeedTask; readonly speed: Speed }[];
}

/** Measures transformers in a process of its own, with as many threads. */
export async function transformersSpeed(python: string, settings: Settings) {
  const script = fileURLToPath(new URL("transformers_speed.py", import.meta.url));
  const { stdout } = await run(python, [script, JSON.stringify(settings)], {
    env: { ...process.env, OMP_NUM_THREADS: String(settings.threads), HF_HUB_OFFLINE: "1" },
    maxBuffer: 2 ** 24,
  });
  const { torch, transformers, leftOut, results } = JSON.parse(stdout) as Results;
  const slower = leftOut.length === 0 ? "" : `; left out, since float32 is faster here: ${leftOut.join(", ")}`;
  return { versions: `torch ${torch}, transformers ${transformers}${slower}`, results };
}
