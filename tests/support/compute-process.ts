import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { PairFacts, Provider } from "#src/model/computed-facts.js";
import type { ModelPrecision } from "#src/compute/models/graph-writer.js";
import type { Golden } from "./model-goldens.js";
import type { Judged } from "./reference-cases.js";

/** Runs the reference cases on a provider in a process with `environment`, because drivers read it once and may crash. */
export async function referenceCasesProcess(
  provider: Provider,
  environment: Record<string, string>,
): Promise<Judged[]> {
  return (await runChild("reference-cases-child.ts", [provider], environment)) as Judged[];
}

/** Compares two updates in a process with `environment` and an automatically chosen provider. */
export async function autoProcess(environment: Record<string, string>): Promise<PairFacts> {
  return (await runChild("auto-child.ts", [], environment)) as PairFacts;
}

/** Runs the models of all fixtures on a provider in a process with `environment`. */
export async function modelGoldensProcess(
  provider: Provider,
  precision: ModelPrecision,
  environment: Record<string, string>,
): Promise<Golden[]> {
  return (await runChild("model-goldens-child.ts", [provider, precision], environment)) as Golden[];
}

/** Runs a module of this folder and returns its output, parsed as JSON. */
async function runChild(entry: string, args: readonly string[], environment: Record<string, string>): Promise<unknown> {
  const file = fileURLToPath(new URL(entry, import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", file, ...args], {
    env: { ...process.env, ...environment },
  });
  return JSON.parse(stdout);
}
