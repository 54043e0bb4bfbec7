import { expect } from "vitest";
import { writeRandomStudy, type RandomStudy } from "./random-study.js";
import { query, rankscope, serveRankscope, type RunningRankscope } from "./rankscope.js";

/** Writes a study of random weights to `folder` and imports it as `random`. */
export async function importRandomStudy(
  folder: string,
  shape: RandomStudy,
  environment: Record<string, string>,
): Promise<void> {
  await writeRandomStudy(folder, shape);
  const imported = await rankscope(["import", folder, "--slug", "random"], environment);
  expect(imported.code, imported.stderr).toBe(0);
}

/** Imports a random study and serves it. Returns the server and the ids of the experiments. */
export async function serveRandomStudy(
  folder: string,
  shape: RandomStudy,
  environment: Record<string, string>,
): Promise<{ server: RunningRankscope; ids: string[] }> {
  await importRandomStudy(folder, shape, environment);
  const server = await serveRankscope(environment);
  const { data } = await query(server.address, `{ study(slug: "random") { experiments { nodes { id } } } }`);
  return { server, ids: data.study.experiments.nodes.map(({ id }: { id: string }) => id) };
}
