import { expect } from "vitest";
import { writeRandomStudy, type RandomStudy } from "./random-study.js";
import { query, rankscope, serveRankscope, type RunningRankscope } from "./rankscope.js";

/** Imports a study of random weights, written to `folder`, as `random`. */
export async function importRandomStudy(
  folder: string,
  shape: RandomStudy,
  environment: Record<string, string>,
): Promise<void> {
  await writeRandomStudy(folder, shape);
  const imported = await rankscope(["import", folder, "--slug", "random"], environment);
  expect(imported.code, imported.stderr).toBe(0);
}

/** Imports such a study and serves it; with the ids of its experiments. */
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
