// `npx tsx scripts/screenshots.ts`: takes the screenshots of the dashboard and the playground in examples/. They show the example
// study on a separate server. Run `npm run build` first.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, type Browser } from "playwright-core";
import { findChromium, HOW_TO_GET_CHROMIUM } from "../tests/support/chromium.js";
import { query, serveRankscope } from "../tests/support/rankscope.js";
import { CHROMIUM_ARGUMENTS } from "../tests/support/watch-page.js";

const EXAMPLES = fileURLToPath(new URL("../examples", import.meta.url));
const STUDY = "reference-study";
/** GraphiQL saves a tab's text with a delay of up to half a second, and pages render for a moment after their data arrives. */
const SETTLE_MILLISECONDS = 2000;
/** Computes all weights of the study, so that no panel shows a job. */
const WARM_UP = `{ study(slug: "${STUDY}") { report(waitSeconds: 60) } }`;

async function takeDashboard(browser: Browser, address: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1360, height: 1120 } });
  await page.goto(new URL(`/dashboard/studies/${STUDY}`, address).href);
  await page.getByText("r* =").waitFor();
  // Plots further down are rendered only when they are scrolled into view.
  await page.locator("main svg").first().waitFor({ timeout: 60_000 });
  await page.waitForTimeout(SETTLE_MILLISECONDS);
  await page.waitForLoadState("networkidle");
  await page.screenshot({ path: path.join(EXAMPLES, "dashboard.png") });
}

async function takePlayground(browser: Browser, address: string): Promise<void> {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  await page.goto(address);
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  await page.waitForTimeout(SETTLE_MILLISECONDS);
  await page.getByRole("button", { name: /^Execute query/ }).click();
  await page.locator(".graphiql-response .view-line", { hasText: STUDY }).first().waitFor();
  await page.waitForTimeout(SETTLE_MILLISECONDS);
  await page.screenshot({ path: path.join(EXAMPLES, "playground.png") });
}

const executablePath = findChromium();
if (executablePath === undefined) throw new Error(`Chromium was not found; ${HOW_TO_GET_CHROMIUM}`);
const data = await mkdtemp(path.join(tmpdir(), "rankscope-screenshots-"));
const server = await serveRankscope({ RANKSCOPE_DATA: data });
const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS] });
try {
  const { errors } = await query(server.address, WARM_UP);
  if (errors !== undefined) throw new Error(JSON.stringify(errors));
  await takeDashboard(browser, server.address);
  await takePlayground(browser, server.address);
} finally {
  await browser.close();
  server.child.kill("SIGTERM");
  await server.ended;
  await rm(data, { recursive: true });
}
