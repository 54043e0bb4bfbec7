import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { PairFacts, Provider } from "#src/model/computed-facts.js";
import type { Judged } from "./golden-facts.js";

/** Runs the golden cases on a provider in a process with `environment`: drivers read it once, and may crash. */
export async function goldenProcess(provider: Provider, environment: Record<string, string>): Promise<Judged[]> {
  return (await runChild("golden-child.ts", [provider], environment)) as Judged[];
}

/** Compares two updates in a process with `environment` that chooses its provider itself. */
export async function autoProcess(environment: Record<string, string>): Promise<PairFacts> {
  return (await runChild("auto-child.ts", [], environment)) as PairFacts;
}

/** What a module beside this one prints, read as JSON. */
async function runChild(entry: string, args: readonly string[], environment: Record<string, string>): Promise<unknown> {
  const file = fileURLToPath(new URL(entry, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", file, ...args], {
    env: { ...process.env, ...environment },
  });
  return JSON.parse(stdout);
}
