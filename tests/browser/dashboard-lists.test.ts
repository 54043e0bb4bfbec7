import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { seedStudies } from "../../scripts/seed/seed-studies.js";
import { apiServer } from "../support/api-server.js";
import { missingChromium } from "../support/chromium.js";
import { openDashboard, type DashboardOptions, type OpenDashboard } from "../support/open-dashboard.js";
import { operationOf } from "../support/operation-of.js";
import { PATIENT } from "../support/patience.js";

const missing = missingChromium();
if (missing !== undefined) console.warn(missing);

const ARTIFACTS = fileURLToPath(new URL("../artifacts", import.meta.url));
const STUDIES = 300;
const RUNS = STUDIES * 8;
/** Maximum rows in the document: visible rows and overscan. */
const MAX_RENDERED = 80;

describe.skipIf(missing !== undefined)("the dashboard's lists with many studies", { timeout: 120_000 }, () => {
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

  test("shows the number of studies and renders only visible rows", async () => {
    const { page, problems, violations } = await visit("/dashboard");
    await rows(page).first().locator("data").first().waitFor();
    expect(await status(page).innerText()).toBe(`${STUDIES} studies`);
    expect(await page.getByRole("table", { name: "Studies" }).getAttribute("aria-rowcount")).toBe(String(STUDIES + 1));
    expect(await rows(page).count()).toBeLessThan(MAX_RENDERED);
    await page.locator("tbody .badge").first().waitFor();
    expect(await violations()).toEqual([]);
    await page.screenshot({ path: path.join(ARTIFACTS, "dashboard-studies.png") });
    expect(problems).toEqual([]);
  });

  test("reaches the last run by keyboard, loading page by page and rendering only visible rows", async () => {
    const { page, problems, requests, violations } = await visit("/dashboard/experiments");
    const table = page.getByRole("table", { name: "Runs of all studies" });
    await rows(page).first().locator("data").first().waitFor();
    expect(await table.getAttribute("aria-rowcount")).toBe(String(RUNS + 1));
    await page.getByRole("region", { name: "Table: Runs of all studies" }).focus();
    await page.keyboard.press("End");
    const last = page.locator(`tr[aria-rowindex="${RUNS + 1}"]`);
    await last.getByText("4bit_r16").waitFor(PATIENT);
    const { data } = await server.execute(
      `{ experimentRows(first: 5000, metrics: ["training_loss"]) { nodes { study name values } } }`,
    );
    const expected = data.experimentRows.nodes.at(-1);
    expect(await last.locator("a").getAttribute("title")).toBe(expected.study);
    expect(await last.locator("data").nth(3).getAttribute("value")).toBe(String(expected.values[0]));
    expect(await rows(page).count()).toBeLessThan(MAX_RENDERED);
    expect(requests.filter((url) => url.endsWith("/graphql")).length).toBeGreaterThanOrEqual(RUNS / 1000);
    expect(await violations()).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("filters and orders by the URL, and writes changes to the URL", async () => {
    const { page } = await visit("/dashboard");
    await page.getByLabel("Search").fill("llama");
    await expect.poll(() => status(page).innerText(), PATIENT).toBe(`${STUDIES / 5} studies found`);
    await page.getByLabel("Tag").fill("batch-1");
    const urlParameters = () => new URL(page.url()).search;
    await expect.poll(urlParameters, PATIENT).toBe("?q=llama&tag=batch-1");
    await page.getByRole("button", { name: /^Best mean training loss/ }).click();
    await expect.poll(urlParameters, PATIENT).toBe("?q=llama&tag=batch-1&sort=METRIC_BEST&direction=ASC");
    const { data } = await server.execute(
      `{ studies(first: 50, filter: { search: "llama", tags: { has: "batch-1" } }, orderBy: { field: METRIC_BEST, direction: ASC }) { totalCount nodes { slug } } }`,
    );
    const slugs = data.studies.nodes.map(({ slug }: { slug: string }) => slug);
    await expect.poll(() => status(page).innerText(), PATIENT).toBe(`${data.studies.totalCount} studies found`);
    await expect.poll(() => firstCells(page), PATIENT).toEqual(slugs);
    expect(await page.getByRole("columnheader", { name: /^Best mean training loss/ }).getAttribute("aria-sort")).toBe(
      "ascending",
    );

    const again = await openDashboard(server.address, `/dashboard${urlParameters()}`);
    await expect.poll(() => firstCells(again.page), PATIENT).toEqual(slugs);
    expect(await again.page.getByLabel("Tag").inputValue()).toBe("batch-1");
    await again.page.getByRole("button", { name: "Reset filters" }).click();
    await expect.poll(() => new URL(again.page.url()).search, PATIENT).toBe("?q=llama&sort=METRIC_BEST&direction=ASC");
    await again.close();
  });

  describe("the CSV export of the list of studies", () => {
    const FILTERED = "/dashboard?metric=training_loss&sort=METRIC_BEST&direction=ASC";
    const csv = (page: Page) => page.getByRole("button", { name: "CSV: List of studies", exact: true });
    /** Presses the CSV button and returns the saved file. */
    const saveCsv = async (page: Page) => {
      const [download] = await Promise.all([page.waitForEvent("download", PATIENT), csv(page).click()]);
      expect(download.suggestedFilename()).toBe("studies.csv");
      const [header = "", ...lines] = (await readFile(await download.path(), "utf8")).trimEnd().split("\r\n");
      return { header, lines: lines.map((line) => line.split(",")) };
    };
    /** Returns three fifths of the studies, those with the smallest training losses, in this order, from the API's pages. */
    const expectedStudies = async () => {
      const best = `query ($after: String, $filter: StudyFilter) { studies(first: 100, after: $after, filter: $filter,
        orderBy: { field: METRIC_BEST, direction: ASC, metric: "training_loss" }) {
          totalCount pageInfo { hasNextPage endCursor } nodes { slug } } }`;
      const all = async (filter: object | null) => {
        const slugs: string[] = [];
        for (let after: string | null = null, more = true; more;) {
          const { data } = await server.execute(best, { after, filter });
          slugs.push(...data.studies.nodes.map(({ slug }: { slug: string }) => slug));
          ({ endCursor: after, hasNextPage: more } = data.studies.pageInfo);
        }
        return slugs;
      };
      const ordered = await all(null);
      const { data } = await server.execute(
        `query ($slug: [String!]!) { experimentGroups(by: [STUDY], metric: "training_loss",
        filter: { study: { slug: { in: $slug } } }, first: 1) { nodes { min } } }`,
        { slug: [ordered[179]] },
      );
      const { min } = data.experimentGroups.nodes[0];
      const slugs = await all({ experiments: { some: { metric: [{ name: "training_loss", lte: min }] } } });
      return { slugs, max: String(min) };
    };

    test("with every matching study, in the order of the list, with all conclusions", async () => {
      const { slugs, max } = await expectedStudies();
      expect(slugs.length).toBeGreaterThan(120);
      expect(slugs.length).toBeLessThan(STUDIES);
      const { page, problems } = await visit(`${FILTERED}&max=${max}`);
      await expect.poll(() => status(page).innerText(), PATIENT).toBe(`${slugs.length} studies found`);
      const { header, lines } = await saveCsv(page);
      expect(header).toBe(
        "study,base_model,tags,experiments,minimum_viable_rank,mean_cosine_similarity,training_loss_best_mean,training_loss_best_n,training_loss_mean,created_at,updated_at",
      );
      expect(lines.map(([slug]) => slug)).toEqual(slugs);
      const groups = new Map<string, { mean: number }>();
      const best = new Map<string, { mean: number; n: number }>();
      const ranks = new Map<string, number | null>();
      for (let i = 0; i < slugs.length; i += 100) {
        const { data } = await server.execute(
          `query ($slugs: [String!]!) {
             compareStudies(slugs: $slugs, metric: TRAINING_LOSS) { byStudy {
               study { slug bestConfiguration(metric: "training_loss") { mean n } } minimumViableRank { rank } } }
             experimentGroups(by: [STUDY], metric: "training_loss", filter: { study: { slug: { in: $slugs } } }, first: 100) {
               nodes { study mean } } }`,
          { slugs: slugs.slice(i, i + 100) },
        );
        for (const group of data.experimentGroups.nodes) groups.set(group.study, group);
        for (const { study, minimumViableRank } of data.compareStudies.byStudy)
          ranks.set(study.slug, minimumViableRank.rank);
        for (const { study } of data.compareStudies.byStudy) best.set(study.slug, study.bestConfiguration);
      }
      const number = (cell: string | undefined) => (cell === undefined || cell === "" ? null : Number(cell));
      expect(lines.map((line) => [line[4], line[6], line[7], line[8]].map(number))).toEqual(
        slugs.map((slug) => [ranks.get(slug), best.get(slug)?.mean, best.get(slug)?.n, groups.get(slug)?.mean]),
      );
      expect(problems).toEqual([]);
    });

    test("shows the progress and can be cancelled", async () => {
      const { page, violations } = await visit("/dashboard");
      await rows(page).first().locator("data").first().waitFor();
      let downloads = 0;
      page.on("download", () => downloads++);
      let goOn: (() => void) | undefined;
      const held = new Promise<void>((resolve) => (goOn = resolve));
      let pages = 0;
      await page.route("**/graphql", async (route) => {
        if (operationOf(route) === "Studies" && ++pages === 3) await held;
        // A request that was aborted meanwhile cannot continue.
        await route.continue().catch(() => undefined);
      });
      await csv(page).click();
      const list = page.getByRole("region", { name: "List of studies", exact: true });
      await list.getByText(`CSV: 200 of ${STUDIES} rows`).waitFor(PATIENT);
      expect(
        await list.getByRole("progressbar").evaluate((bar) => [bar.getAttribute("value"), bar.getAttribute("max")]),
      ).toEqual(["200", String(STUDIES)]);
      expect(await violations()).toEqual([]);
      await page.screenshot({ path: path.join(ARTIFACTS, "dashboard-studies-csv.png") });
      await page.getByRole("button", { name: "Cancel CSV: List of studies" }).click();
      await list.getByRole("progressbar").waitFor({ state: "detached" });
      expect(await page.evaluate("document.activeElement.ariaLabel")).toBe("CSV: List of studies");
      goOn?.();
      expect((await saveCsv(page)).lines.length).toBe(STUDIES);
      expect(downloads).toBe(1);
    });

    test("shows the error of a failed export and saves no partial file", async () => {
      const { page } = await visit("/dashboard");
      await rows(page).first().locator("data").first().waitFor();
      let downloads = 0;
      page.on("download", () => downloads++);
      let pages = 0;
      await page.route("**/graphql", (route) =>
        operationOf(route) === "Studies" && ++pages === 3
          ? route.fulfill({ json: { data: null, errors: [{ message: "The disk is full: free some space." }] } })
          : route.continue(),
      );
      await csv(page).click();
      await page.getByRole("alert").getByText("CSV export failed: The disk is full: free some space.").waitFor(PATIENT);
      expect((await saveCsv(page)).lines.length).toBe(STUDIES);
      expect(downloads).toBe(1);
      expect(await page.getByRole("alert").count()).toBe(0);
    });
  });

  test("filters by the range of a metric and shows a message without matches", async () => {
    const { page, violations } = await visit("/dashboard/experiments");
    await page.getByLabel("Metric").selectOption("eval_loss");
    await page.getByLabel("to", { exact: true }).fill("2.3");
    const { data } = await server.execute(
      `{ experimentRows(first: 1, filter: { metric: [{ name: "eval_loss", lte: 2.3 }] }) { totalCount } }`,
    );
    const { totalCount } = data.experimentRows;
    expect(totalCount).toBeGreaterThan(0);
    expect(totalCount).toBeLessThan(RUNS);
    await expect.poll(() => status(page).innerText(), PATIENT).toBe(`${totalCount.toLocaleString("en")} runs found`);
    await page.getByLabel("to", { exact: true }).fill("-1");
    await page.getByText("No run matches the filters.").waitFor();
    expect(await status(page).innerText()).toBe("0 runs found");
    expect(await violations()).toEqual([]);
  });

  test("links selected runs to their comparison", async () => {
    const { page } = await visit("/dashboard/experiments");
    await page.getByRole("checkbox", { name: "Compare 16bit_r2 of seeded-000000" }).check();
    await page.getByRole("checkbox", { name: "Compare 4bit_r2 of seeded-000000" }).check();
    await page.locator("a.button", { hasText: "Compare" }).click();
    await page.getByRole("heading", { level: 1, name: "Compare" }).waitFor();
    await expect
      .poll(() => page.getByRole("list", { name: "Selected runs" }).locator("strong").allInnerTexts(), PATIENT)
      .toEqual(["16bit_r2", "4bit_r2"]);
    // After navigation, the focus is on the heading, so that a screen reader announces the page.
    expect(await page.evaluate("document.activeElement?.textContent")).toBe("Compare");
  });

  test("fits a window 400 pixels wide, in the dark theme", async () => {
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
