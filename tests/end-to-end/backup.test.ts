import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeRandomStudy } from "../support/random-study.js";
import { query, rankscope, serveRankscope, type RunningRankscope } from "../support/rankscope.js";

// The servers are separate processes, each with its own data directory and PostgreSQL.
let root: string;
const at = (name: string) => path.join(root, name);
const environment = (data: string) => ({ RANKSCOPE_DATA: at(data), RANKSCOPE_LOG: "error", RANKSCOPE_WORKERS: "1" });

/** Returns everything about all studies that an API client can read, including results from weights. */
const QUESTIONS = `{ studies { totalCount nodes {
  id slug name tags baseModel createdAt
  experiments(first: 100) { nodes { id name seed steps hasWeights metrics { name value } checkpoints { id step } } }
  ranks { r degradation(metric: EVAL_LOSS) { percent verdict interval { low high } } }
  layers { name } hypotheses { id verdict because }
  weightSimilarity(rank: 8, scaling: NONE, waitSeconds: 60) { mean layers { layer { name } cosineSimilarity l2Distance undefinedReason } }
} } }`;

/** Starts a server on `data` and returns its answer. */
async function answers(data: string): Promise<unknown> {
  const server = await serveRankscope(environment(data));
  try {
    return await completeAnswer(server);
  } finally {
    await stop(server);
  }
}

/** Repeats the query until no verdict waits for a computation, which may take longer than a request on a busy machine. */
async function completeAnswer({ address }: RunningRankscope): Promise<unknown> {
  let answer = await query(address, QUESTIONS);
  while (JSON.stringify(answer).includes("still being compared")) answer = await query(address, QUESTIONS);
  return answer;
}

async function stop(server: RunningRankscope): Promise<void> {
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);
}

let before: unknown;
beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "rankscope-backup-e2e-"));
  // The first study is the example; the second is imported while the backup is written.
  before = await answers("from");
  await writeRandomStudy(at("study"), { runs: 6, layers: 2, rank: 8, features: 256 });
}, 120_000);
afterAll(() => rm(root, { recursive: true, force: true }));

test("a backup of a running server, restored elsewhere, gives the same answers as the server", async () => {
  const server = await serveRankscope(environment("from"));
  const [made, imported] = await Promise.all([
    rankscope(["backup", at("one.backup"), "--weights"], environment("from")),
    rankscope(["import", at("study"), "--slug", "second"], environment("from")),
  ]);
  expect(made.code, made.stderr).toBe(0);
  expect(imported.code, imported.stderr).toBe(0);
  const after = await rankscope(["backup", at("two.backup"), "--weights"], environment("from"));
  expect(after.stdout).toMatch(/Wrote \d+ rows of \d+ tables.*\nIncluded \d+ weight files, /);
  const both = await completeAnswer(server);
  await stop(server);

  const restored = await rankscope(["restore", at("two.backup")], environment("to"));
  expect(restored.code, restored.stderr).toBe(0);
  expect(restored.stdout).toMatch(/Restored \d+ rows .*\nAll \d+ weight files can be read\./);
  expect(await answers("to")).toEqual(both);
  expect((both as { data: { studies: { totalCount: number } } }).data.studies.totalCount).toBe(2);

  // The first backup was written during the import of the second study, so it has all of that study or nothing.
  const again = await rankscope(["restore", at("one.backup"), "--replace"], environment("to"));
  expect(again.code, again.stderr).toBe(0);
  expect([JSON.stringify(before), JSON.stringify(both)]).toContain(JSON.stringify(await answers("to")));
}, 180_000);

test("rejects restoring into a store with data or one in use by a server, and states the reason", async () => {
  const refused = await rankscope(["restore", at("two.backup")], environment("from"));
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("STORE_NOT_EMPTY") as string });
  const server = await serveRankscope(environment("from"));
  const used = await rankscope(["restore", at("two.backup"), "--replace"], environment("from"));
  expect(used).toMatchObject({ code: 1, stderr: expect.stringContaining("DATA_DIRECTORY_IN_USE") as string });
  await stop(server);
});
