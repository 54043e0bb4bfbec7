import { mkdir } from "node:fs/promises";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium } from "../support/chromium.js";
import { openPlayground } from "../support/open-playground.js";
import { query, rankscope, serveRankscope, type RunningRankscope } from "../support/rankscope.js";
import { GPT2_STUDY, missingSharedStudy } from "../support/shared-study.js";
import { studyDatabase } from "../support/study-database.js";

const ARTIFACTS = path.join(import.meta.dirname, "../artifacts");

const noChromium = missingChromium();
if (noChromium !== undefined) console.warn(noChromium);

describe.skipIf(noChromium !== undefined)("the playground of a real server", () => {
  const stored = studyDatabase("reference-study");
  let server: RunningRankscope;

  beforeAll(async () => {
    server = await serveRankscope(stored.environment);
  });
  afterAll(async () => {
    server.child.kill("SIGTERM");
    await server.ended;
  });

  /** Opens the page, runs the first tab and compares the result with the API's. Returns the degradations. */
  async function runFirstTab(slug: string): Promise<number[]> {
    const playground = await openPlayground(server.address);
    try {
      const shown = JSON.parse(await playground.runFirstTab());
      await mkdir(ARTIFACTS, { recursive: true });
      await playground.page.screenshot({ path: path.join(ARTIFACTS, `playground-${slug}.png`) });
      expect(shown.errors).toBeUndefined();
      expect(shown.data.study.slug).toBe(slug);
      expect(playground.problems).toEqual([]);
      expect(
        playground.requests.every(
          (url) => url.startsWith(server.address) || url.startsWith("data:") || url.startsWith("blob:"),
        ),
      ).toBe(true);
      const { data: answer } = await query(
        server.address,
        `{ study(slug: "${slug}") { ranks { degradation { percent } } } }`,
      );
      const percents = shown.data.study.ranks.map(
        ({ degradation }: { degradation: { percent: number } }) => degradation.percent,
      );
      expect(percents).toEqual(
        answer.study.ranks.map(({ degradation }: { degradation: { percent: number } }) => degradation.percent),
      );
      return percents as number[];
    } finally {
      await playground.close();
    }
  }

  test("shows the diagnosis of the imported study in its first tab", async () => {
    const [first, second] = await runFirstTab("reference-study");
    expect(first).toBeCloseTo(-0.0209, 4);
    expect(second).toBeCloseTo(0.0301, 4);
  });

  const missing = missingSharedStudy();
  if (missing !== undefined) console.warn(missing);
  test.skipIf(missing !== undefined)("shows the degradation of 1.44 percent in the public study", async () => {
    expect((await rankscope(["import", GPT2_STUDY], stored.environment)).code).toBe(0);
    expect((await runFirstTab("gpt2-medium-alpaca")).map((percent) => percent.toFixed(2))).toContain("1.44");
  });
});
