import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { seedStudies } from "../../scripts/seed/seed-studies.js";
import { apiServer } from "../support/api-server.js";
import { missingChromium } from "../support/chromium.js";
import { openDashboard, type DashboardOptions, type OpenDashboard } from "../support/open-dashboard.js";

const missing = missingChromium();
if (missing !== undefined) console.warn(missing);

const ARTIFACTS = fileURLToPath(new URL("../artifacts", import.meta.url));
const STUDIES = 500;
const RUNS = STUDIES * 8;
/** Rows that may be elements at once: those in view and those beyond the edges. */
const DRAWN = 80;

const PATIENT = { timeout: 20_000 };

describe.skipIf(missing !== undefined)("the dashboard's lists of a large store", { timeout: 120_000 }, () => {
  const server = apiServer((database) =>
    seedStudies(database, { studies: STUDIES, experiments: 8, layers: 0, points: 0 }),
  );
  let open: OpenDashboard | undefined;
  const visit = async (to: string, options?: DashboardOptions) => {
    open = await openDashboard(server.address, to, options);
    return open;
  };
  beforeAll(() => mkdir(ARTIFACTS, { recursive: true }));
  afterEach(() => open?.close());

  const rows = (page: Page) => page.locator("tbody tr.row");
  const firstCells = async (page: Page) =>
    await rows(page)
      .locator("td:first-child a")
      .evaluateAll((links) => links.map((link) => link.getAttribute("title")));
  const status = (page: Page) => page.locator(".page-head [role=status]");

  test("shows how many studies there are, and keeps few of them as elements", async () => {
    const { page, problems, violations } = await visit("/dashboard");
    await rows(page).first().locator("data").first().waitFor();
    expect(await status(page).innerText()).toBe(`${STUDIES} studies`);
    expect(await page.getByRole("table", { name: "Studies" }).getAttribute("aria-rowcount")).toBe(String(STUDIES + 1));
    expect(await rows(page).count()).toBeLessThan(DRAWN);
    await page.locator("tbody .badge").first().waitFor();
    expect(await violations()).toEqual([]);
    await page.screenshot({ path: path.join(ARTIFACTS, "dashboard-studies.png") });
    expect(problems).toEqual([]);
  });

  test("reaches the last of all runs by the keyboard, page by page, with few of them as elements", async () => {
    const { page, problems, requests, violations } = await visit("/dashboard/experiments");
    const table = page.getByRole("table", { name: "Runs of all studies" });
    await rows(page).first().locator("data").first().waitFor();
    expect(await table.getAttribute("aria-rowcount")).toBe(String(RUNS + 1));
    await page.getByRole("region", { name: "Table: Runs of all studies" }).focus();
    await page.keyboard.press("End");
    const last = page.locator(`tr[aria-rowindex="${RUNS + 1}"]`);
    await last.getByText("4bit_r16").waitFor(PATIENT);
    const { data } = await server.ask(
      `{ experimentRows(first: 5000, metrics: ["training_loss"]) { nodes { study name values } } }`,
    );
    const expected = data.experimentRows.nodes.at(-1);
    expect(await last.locator("a").getAttribute("title")).toBe(expected.study);
    expect(await last.locator("data").nth(3).getAttribute("value")).toBe(String(expected.values[0]));
    expect(await rows(page).count()).toBeLessThan(DRAWN);
    expect(requests.filter((url) => url.endsWith("/graphql")).length).toBeGreaterThanOrEqual(RUNS / 1000);
    expect(await violations()).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("filters and orders as the address says, and the address says what was chosen", async () => {
    const { page } = await visit("/dashboard");
    await page.getByLabel("Search").fill("llama");
    await expect.poll(() => status(page).innerText(), PATIENT).toBe(`${STUDIES / 5} studies found`);
    await page.getByLabel("Tag").fill("batch-1");
    const asked = () => new URL(page.url()).search;
    await expect.poll(asked, PATIENT).toBe("?q=llama&tag=batch-1");
    await page.getByRole("button", { name: /^Least training loss/ }).click();
    await expect.poll(asked, PATIENT).toBe("?q=llama&tag=batch-1&sort=METRIC_BEST&direction=ASC");
    const { data } = await server.ask(
      `{ studies(first: 50, filter: { search: "llama", tags: { has: "batch-1" } }, orderBy: { field: METRIC_BEST, direction: ASC }) { totalCount nodes { slug } } }`,
    );
    const slugs = data.studies.nodes.map(({ slug }: { slug: string }) => slug);
    await expect.poll(() => status(page).innerText(), PATIENT).toBe(`${data.studies.totalCount} studies found`);
    await expect.poll(() => firstCells(page), PATIENT).toEqual(slugs);
    expect(await page.getByRole("columnheader", { name: /^Least training loss/ }).getAttribute("aria-sort")).toBe(
      "ascending",
    );

    const again = await openDashboard(server.address, `/dashboard${asked()}`);
    await expect.poll(() => firstCells(again.page), PATIENT).toEqual(slugs);
    expect(await again.page.getByLabel("Tag").inputValue()).toBe("batch-1");
    await again.page.getByRole("button", { name: "Reset filters" }).click();
    await expect.poll(() => new URL(again.page.url()).search, PATIENT).toBe("?q=llama&sort=METRIC_BEST&direction=ASC");
    await again.close();
  });

  test("takes a range of a metric, and says when nothing is within it", async () => {
    const { page, violations } = await visit("/dashboard/experiments");
    await page.getByLabel("Metric").selectOption("eval_loss");
    await page.getByLabel("to", { exact: true }).fill("2.3");
    const { data } = await server.ask(
      `{ experimentRows(first: 1, filter: { metric: [{ name: "eval_loss", lte: 2.3 }] }) { totalCount } }`,
    );
    const { totalCount } = data.experimentRows;
    expect(totalCount).toBeGreaterThan(0);
    expect(totalCount).toBeLessThan(RUNS);
    await expect.poll(() => status(page).innerText(), PATIENT).toBe(`${totalCount.toLocaleString("en")} runs found`);
    await page.getByLabel("to", { exact: true }).fill("-1");
    await page.getByText("No run meets all of this.").waitFor();
    expect(await status(page).innerText()).toBe("0 runs found");
    expect(await violations()).toEqual([]);
  });

  test("leads from chosen runs to their comparison", async () => {
    const { page } = await visit("/dashboard/experiments");
    await page.getByRole("checkbox", { name: "Compare 16bit_r2 of seeded-000000" }).check();
    await page.getByRole("checkbox", { name: "Compare 4bit_r2 of seeded-000000" }).check();
    await page.locator("a.button", { hasText: "Compare" }).click();
    await page.getByRole("heading", { level: 1, name: "Compare" }).waitFor();
    await expect
      .poll(() => page.getByRole("list", { name: "Chosen runs" }).locator("strong").allInnerTexts(), PATIENT)
      .toEqual(["16bit_r2", "4bit_r2"]);
    // A link was followed: a screen reader is told where it led.
    expect(await page.evaluate("document.activeElement?.textContent")).toBe("Compare");
  });

  test("works on a window of 400 pixels, in the dark", async () => {
    const { page, violations, problems } = await visit("/dashboard", {
      viewport: { width: 400, height: 800 },
      colorScheme: "dark",
    });
    await rows(page).first().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
    expect(await violations()).toEqual([]);
    await page.screenshot({ path: path.join(ARTIFACTS, "dashboard-studies-narrow.png") });
    expect(problems).toEqual([]);
  });
});
