import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { query, type Answer, type RunningRankscope } from "../support/rankscope.js";
import { serveRandomStudy } from "../support/serve-random-study.js";

// The server runs as with `npm start`: with its own PostgreSQL and its own worker.
let root: string;
let server: RunningRankscope;
let ids: string[];

beforeAll(async () => {
  root = await mkdtemp(path.join(tmpdir(), "rankscope-postgres-faults-"));
  const shape = { runs: 10, layers: 2, rank: 8, features: 512 };
  ({ server, ids } = await serveRandomStudy(path.join(root, "study"), shape, environment()));
});
afterAll(async () => {
  server.child.kill("SIGTERM");
  expect((await server.ended).code).toBe(0);
  await rm(root, { recursive: true, force: true });
});

/** The process id of PostgreSQL; 0 if its lock file does not exist. */
function postmaster(): number {
  const file = path.join(root, "data", "postgres", "postmaster.pid");
  return existsSync(file) ? Number(readFileSync(file, "utf8").split("\n")[0]) : 0;
}

const environment = () => ({ RANKSCOPE_DATA: path.join(root, "data"), RANKSCOPE_LOG: "silent" });

const PAIR = `query($a: ID!, $b: ID!) { compareExperiments(baseline: $a, candidate: $b, waitSeconds: 20) {
  layers { layer { name } cosineSimilarity l2Distance undefinedReason } } }`;

const pairs = () => ids.flatMap((a, i) => ids.slice(i + 1).map((b) => ({ a, b })));

/** Returns the result, or undefined if the server reported an error or did not answer. */
async function comparePair(pair: { a: string; b: string }): Promise<string | undefined> {
  const answer = await query(server.address, PAIR, pair).catch((): Answer => ({}));
  const layers = answer.data?.compareExperiments?.layers;
  if (answer.errors !== undefined || layers === undefined) return undefined;
  const isDefined = layers.every(({ undefinedReason }: { undefinedReason: string | null }) => undefinedReason === null);
  return isDefined ? JSON.stringify(layers) : undefined;
}

test("killing PostgreSQL under load causes no wrong answer and no lost job, and all queries are answered again", async () => {
  const before = new Map<string, string>();
  const answered: [string, string][] = [];
  const key = ({ a, b }: { a: string; b: string }) => `${a} ${b}`;
  let isOver = false;
  const load = Array.from({ length: 4 }, async (_, client) => {
    for (let turn = client; !isOver; turn = (turn + 1) % pairs().length) {
      const pair = pairs()[turn];
      const answer = pair && (await comparePair(pair));
      if (pair && answer !== undefined) answered.push([key(pair), answer]);
      else await sleep(20);
    }
  });
  let last = 0;
  for (let kill = 0; kill < 2; kill++) {
    await sleep(700);
    await expect.poll(postmaster).toSatisfy((pid: number) => pid !== 0 && pid !== last);
    last = postmaster();
    process.kill(last, "SIGKILL");
  }
  const began = Date.now();
  for (const pair of pairs()) {
    for (let answer = await comparePair(pair); ; answer = await comparePair(pair)) {
      if (answer !== undefined) {
        before.set(key(pair), answer);
        break;
      }
      expect(Date.now() - began, "all pairs are answered").toBeLessThan(200_000);
      await sleep(50);
    }
  }
  isOver = true;
  await Promise.all(load);
  expect(answered.length).toBeGreaterThan(0);
  for (const [pair, answer] of answered) expect(answer).toBe(before.get(pair));
  expect(before.size).toBe(45);
}, 300_000);
