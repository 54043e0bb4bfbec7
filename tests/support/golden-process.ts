import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Provider } from "#src/compute/engine-types.js";
import type { Judged } from "./golden-facts.js";

const CHILD = fileURLToPath(new URL("golden-child.ts", import.meta.url));

/** Runs the golden cases on a provider in a process with `environment`: drivers read it once, and may crash. */
export async function goldenProcess(provider: Provider, environment: Record<string, string>): Promise<Judged[]> {
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", CHILD, provider], {
    env: { ...process.env, ...environment },
  });
  return JSON.parse(stdout) as Judged[];
}
