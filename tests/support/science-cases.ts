import { existsSync, readdirSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { Services } from "#src/graphql/context.js";
import { execute } from "#src/graphql/execute.js";
import { importStudy } from "#src/jobs/import/import-study.js";
import { openLog } from "#src/log.js";
import { openDerivationPool, type DerivationPool } from "#src/threads/derivation-pool.js";
import { openWeightStore } from "#src/weights/open-weight-store.js";
import { freshDatabase } from "./database.js";
import { inProcessWeights } from "./in-process-weights.js";
import { SHARED } from "./shared-study.js";

/** Small made-up studies with known conclusions, which are next to the checkout on the project's machines only. */
const SCIENCE_CASES = path.join(SHARED, "cases", "science");

/** Why tests of these studies are skipped; undefined if they can run. */
export function missingScienceCases(): string | undefined {
  if (existsSync(SCIENCE_CASES)) return undefined;
  return "skipped: the made-up studies are not in ../shared/cases/science (they are not part of this repository)";
}

export interface ScienceCases {
  /** Returns the fields of a case's study. */
  // The query determines the shape, which the tests assert.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  study(name: string, fields: string): Promise<any>;
  /** Returns the findings of a case's import as lines: `RUN_DIVERGED 4bit_r4: ...` */
  findings(name: string): readonly string[];
}

/** Gives the suite that calls it a database with all cases, and answers queries in this process. */
export function scienceCases(): ScienceCases {
  const fresh = freshDatabase();
  const findings = new Map<string, readonly string[]>();
  let derivationPool: DerivationPool;
  let services: Services;
  beforeAll(async () => {
    const weights = await openWeightStore({ kind: "in-place" });
    derivationPool = openDerivationPool();
    for (const name of readdirSync(SCIENCE_CASES)) {
      const request = { folder: path.join(SCIENCE_CASES, name), slug: slugOf(name), name };
      const { findings: found } = await importStudy({ database: fresh.database, weights }, request);
      findings.set(
        name,
        found.map(({ code, where, message }) => `${code} ${where}: ${message}`),
      );
    }
    await weights.close();
    services = {
      database: fresh.database,
      weights: inProcessWeights(),
      derivationPool,
      waitMilliseconds: 60_000,
      log: openLog("silent"),
    } as unknown as Services;
  });
  afterAll(() => derivationPool.close());
  return {
    async study(name, fields) {
      const data = await execute(services, `query($slug: String!) { study(slug: $slug) { ${fields} } }`, {
        slug: slugOf(name),
      });
      return (data as { study: unknown }).study;
    },
    findings: (name) => findings.get(name) ?? [],
  };
}

/** Slugs have no underscores. */
function slugOf(name: string): string {
  return name.replaceAll("_", "-");
}
