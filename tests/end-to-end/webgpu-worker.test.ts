import path from "node:path";
import { describe, expect, test } from "vitest";
import { freshDatabase } from "../support/database.js";
import { query, startRankscope } from "../support/rankscope.js";
import { serveRandomStudy } from "../support/serve-random-study.js";
import { missingSwiftShader, noVulkan, swiftShader } from "../support/swiftshader.js";
import { temporaryFolder } from "../support/temporary-folder.js";

const reason = missingSwiftShader();
const fresh = freshDatabase();

/** Enough layers to give each of a worker's threads some. */
const LAYERS = 8;

const PAIR = `query($a: ID!, $b: ID!) { compareExperiments(baseline: $a, candidate: $b, waitSeconds: 30) {
  layers { cosineSimilarity undefinedReason computed { provider precision fallback } } } }`;

/** Compares the study's two runs with a worker that has RANKSCOPE_PROVIDER=webgpu and `environment`. */
async function compared(environment: Record<string, string>): Promise<Record<string, unknown>[]> {
  const root = await temporaryFolder();
  const settings = {
    DATABASE_URL: fresh.url,
    RANKSCOPE_DATA: root,
    RANKSCOPE_WORKERS: "0",
    RANKSCOPE_COMPUTE_THREADS: "4",
  };
  await fresh.database.sql`truncate comparison, job, job_fact, job_part`;
  const shape = { runs: 2, layers: LAYERS, rank: 8, features: 256 };
  const { server, ids } = await serveRandomStudy(path.join(root, "study"), shape, settings);
  const worker = await startRankscope(
    ["worker"],
    { ...settings, RANKSCOPE_PROVIDER: "webgpu", ...environment },
    /takes jobs/,
  );
  try {
    const [a, b] = ids;
    const answer = await query(server.address, PAIR, { a, b });
    expect(answer.errors).toBeUndefined();
    return answer.data.compareExperiments.layers;
  } finally {
    for (const { child, ended } of [worker, server]) {
      child.kill("SIGTERM");
      await ended;
    }
    await fresh.database.sql`truncate study cascade`;
  }
}

describe("a worker with RANKSCOPE_PROVIDER=webgpu", () => {
  test("computes on the CPU without a GPU, and the result states why", async () => {
    const layers = await compared(noVulkan());
    expect(layers).toHaveLength(LAYERS);
    for (const layer of layers) {
      expect(layer).toMatchObject({ computed: { provider: "cpu", precision: "float64" } });
      expect((layer["computed"] as { fallback: string }).fallback).toMatch(/webgpu: .*adapter/is);
    }
  }, 90_000);

  test.skipIf(reason !== undefined)(
    `computes on the GPU, also in several threads and jobs at once, and the result states it${reason === undefined ? "" : ` (${reason})`}`,
    async () => {
      const exact = await compared(noVulkan());
      const layers = await compared(swiftShader());
      expect(layers).toHaveLength(LAYERS);
      layers.forEach((layer, i) => {
        expect(layer).toMatchObject({ computed: { provider: "webgpu", precision: "float32", fallback: null } });
        const difference = (layer["cosineSimilarity"] as number) - (exact[i]?.["cosineSimilarity"] as number);
        expect(Math.abs(difference)).toBeLessThan(1e-5);
        expect(difference).not.toBe(0);
      });
    },
    120_000,
  );
});
