import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { chromium, type Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Database } from "#src/store/database.js";
import { storeStudy } from "../support/store-study.js";
import { apiServer } from "../support/api-server.js";
import { findChromium, missingChromium } from "../support/chromium.js";
import { experimentRecord, studyRecord } from "../support/study-record.js";

// An SVG plot loads as an <img>, and names from a study cannot break its XML.

const missing = missingChromium();
if (missing !== undefined) console.warn(missing);

const NASTY = `<script>alert(1)</script> & "quotes" \u202e\u0001 ${"long ".repeat(60)}`;

async function fill(database: Database): Promise<void> {
  const run = (bits: 16 | 4) =>
    experimentRecord(`${bits}${NASTY}`, {
      quantization: { label: `${bits}bit${NASTY}`, bits, scheme: null },
      metrics: [
        { name: "training_loss", value: 2 + 1 / bits, source: "t.csv" },
        { name: "peak_memory_mb", value: 100 * bits, source: "t.csv" },
      ],
      checkpoints: [],
    });
  await storeStudy(database, studyRecord([run(16), run(4)], { name: NASTY }), {
    slug: "nasty",
    morePrecise: () => undefined,
  });
}

describe.skipIf(missing !== undefined)("an SVG in a browser", () => {
  const server = apiServer(fill);
  let browser: Browser;
  beforeAll(async () => {
    const executablePath = findChromium() ?? expect.fail();
    browser = await chromium.launch({
      executablePath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    });
  });
  const pages = createServer((_request, response) => response.setHeader("content-type", "text/html").end("a wiki"));
  let wiki: string;
  beforeAll(async () => {
    await once(pages.listen(0, "127.0.0.1"), "listening");
    wiki = `http://127.0.0.1:${(pages.address() as AddressInfo).port}/`;
  });
  afterAll(async () => {
    await browser.close();
    pages.close();
  });

  test.each(["memory-comparison", "rank-threshold", "memory-vs-performance", "loss-curves", "weight-similarity"])(
    "%s is a valid image that runs no script, even with hostile names",
    async (kind) => {
      const url = new URL(`/plots/studies/nasty/${kind}.svg?theme=dark`, server.address).href;
      const page = await browser.newPage();
      const dialogs: string[] = [];
      page.on("dialog", (dialog) => {
        dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      // A document that does not parse would show an error element instead of an <svg>.
      const response = await page.goto(url);
      expect(response?.status()).toBe(200);
      expect(await page.locator("parsererror").count()).toBe(0);
      expect(await page.locator("script").count()).toBe(0);
      const texts = await page.locator("svg text").allTextContents();
      expect(texts.join(" ")).toContain("<script>alert(1)</script>");
      // Embed the image in a page of another origin, for example a wiki.
      await page.goto(wiki);
      await page.setContent(`<img src="${url}" alt="">`);
      const width = await page.locator("img").evaluate(async (element) => {
        const image = element as unknown as { decode(): Promise<void>; naturalWidth: number };
        // Rejects if the image cannot be decoded.
        await image.decode();
        return image.naturalWidth;
      });
      expect(width).toBeGreaterThan(400);
      expect(width).toBeLessThan(1500);
      expect(dialogs).toEqual([]);
      await page.close();
    },
  );
});
