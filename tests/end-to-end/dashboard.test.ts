import { mkdir } from "node:fs/promises";
import path from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingChromium } from "../support/chromium.js";
import { openDashboard, type DashboardOptions, type OpenDashboard } from "../support/open-dashboard.js";
import { query, serveRankscope, type RunningRankscope } from "../support/rankscope.js";
import { studyDatabase } from "../support/study-database.js";
import { PATIENT } from "../support/patience.js";

const ARTIFACTS = path.join(import.meta.dirname, "../artifacts");
const STUDY = "/dashboard/studies/reference-study";

const missing = missingChromium();
if (missing !== undefined) console.warn(missing);

describe.skipIf(missing !== undefined)("the dashboard of a real server", { timeout: 180_000 }, () => {
  const stored = studyDatabase("reference-study");
  let server: RunningRankscope;
  let open: OpenDashboard | undefined;
  /** The study's page, which takes seconds to load. Tests that change nothing on it, or only one panel, use it one after another. */
  let studyPage: OpenDashboard;

  beforeAll(async () => {
    await mkdir(ARTIFACTS, { recursive: true });
    server = await serveRankscope(stored.environment);
    studyPage = await openDashboard(server.address, STUDY);
  });
  afterEach(() => open?.close());
  afterAll(async () => {
    await studyPage.close();
    server.child.kill("SIGTERM");
    await server.ended;
  });

  const visit = async (to: string, options?: DashboardOptions) => {
    open = await openDashboard(server.address, to, options);
    return open;
  };
  const queryServer = async (source: string, variables = {}) => {
    const answer = await query(server.address, source, variables);
    expect(answer.errors).toBeUndefined();
    return answer.data;
  };
  const panel = (page: Page, name: string) => page.getByRole("region", { name, exact: true });
  /** Returns the exact numbers of a panel's `data` elements. */
  const numbers = (page: Page, name: string, cells = "tbody data") =>
    panel(page, name)
      .locator(cells)
      .evaluateAll((found) => found.map((one) => Number(one.getAttribute("value"))));
  const screenshot = (page: Page, name: string) => page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`) });

  test("shows the verdict of each hypothesis after its weights are computed", async () => {
    const { page, problems, requests } = studyPage;
    const badges = panel(page, "Hypotheses").locator("h3 .badge:nth-child(2)");
    await expect.poll(() => badges.allInnerTexts(), PATIENT).toEqual(["Rejected", "Inconclusive", "Inconclusive"]);
    const { study } = await queryServer(
      `{ study(slug: "reference-study") { hypotheses(metric: EVAL_LOSS, waitSeconds: 60) {
        verdict certainty because confounds { message } } } }`,
    );
    const cards = panel(page, "Hypotheses").getByRole("article");
    for (const [i, { certainty, because, confounds }] of study.hypotheses.entries()) {
      // The page asks again once the jobs that its answer waited for have ended.
      await expect.poll(() => cards.nth(i).textContent()).toContain(because);
      const text = await cards.nth(i).textContent();
      const marks = await cards.nth(i).locator("h3 .badge").allInnerTexts();
      const mark = certainty === "INTERVAL" ? "95 % interval" : "single runs";
      expect(marks.slice(1)).toEqual(certainty === null ? [] : [mark]);
      for (const { message } of confounds) expect(text).toContain(message);
    }
    await screenshot(page, "dashboard-study");
    const { origin } = new URL(server.address);
    expect(requests.filter((url) => !url.startsWith("data:") && new URL(url).origin !== origin)).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("shows the API's exact degradations, by the metric and threshold in the URL", async () => {
    const { page } = await visit(STUDY);
    const source = `query ($metric: MetricName!, $threshold: Float!) { study(slug: "reference-study") {
      ranks { degradation(metric: $metric, thresholdPercent: $threshold) { percent verdict certainty } }
      minimumViableRank(metric: $metric, thresholdPercent: $threshold) { rank certainty } } }`;
    const compare = async (metric: string, threshold: number) => {
      const { study } = await queryServer(source, { metric, threshold });
      const percents = study.ranks.map(({ degradation }: { degradation: { percent: number } }) => degradation.percent);
      await expect
        .poll(() => numbers(page, "Minimum viable rank", "tbody td:nth-child(2) data"), PATIENT)
        .toEqual(percents);
      // The percentages do not depend on the threshold, so values that do may arrive with a later result.
      await expect
        .poll(async () => (await numbers(page, "Minimum viable rank", ".figure data"))[0] ?? NaN, PATIENT)
        .toBe(study.minimumViableRank.rank ?? NaN);
      await expect
        .poll(async () => {
          const verdicts = await panel(page, "Minimum viable rank")
            .locator("tbody .badge:not(.outlined)")
            .allInnerTexts();
          return verdicts.map((verdict) => verdict.toUpperCase());
        }, PATIENT)
        .toEqual(study.ranks.map(({ degradation }: { degradation: { verdict: string } }) => degradation.verdict));
      const points = study.ranks.filter(
        ({ degradation }: { degradation: { certainty: string } }) => degradation.certainty === "POINT_ESTIMATE",
      );
      expect(points.length).toBeGreaterThan(0);
      const marks = panel(page, "Minimum viable rank").locator("tbody").getByText("single runs");
      expect(await marks.count()).toBe(points.length);
      expect(study.minimumViableRank.certainty).toBe("POINT_ESTIMATE");
      await panel(page, "Minimum viable rank").locator(".headline").getByText("single runs").waitFor(PATIENT);
    };
    // The evaluation loss comes first, because the study has one.
    await compare("EVAL_LOSS", 5);
    await page.getByLabel("Metric for verdicts").selectOption("TRAINING_LOSS");
    await page.getByLabel("Threshold (%)").fill("0.01");
    await expect.poll(() => new URL(page.url()).search, PATIENT).toBe("?metric=TRAINING_LOSS&threshold=0.01");
    await compare("TRAINING_LOSS", 0.01);
  });

  test("shows the similarity and sensitivity of every layer, sortable by any column", async () => {
    const { page } = await visit(`${STUDY}?rank=4`);
    const { study } = await queryServer(`{ study(slug: "reference-study") {
      weightSimilarity(rank: 4, waitSeconds: 60) { mean layers { layer { name } cosineSimilarity } } } }`);
    const { layers, mean } = study.weightSimilarity as {
      mean: number;
      layers: { layer: { name: string }; cosineSimilarity: number }[];
    };
    const shown = () => numbers(page, "Layers", "tbody td:nth-child(4) data");
    await expect.poll(shown, PATIENT).toEqual(layers.map(({ cosineSimilarity }) => cosineSimilarity));
    expect((await numbers(page, "Layers", ".figures data"))[0]).toBe(mean);
    await panel(page, "Layers").getByRole("button", { name: "Cosine" }).press("Enter");
    const ascending = layers.map(({ cosineSimilarity }) => cosineSimilarity).sort((left, right) => left - right);
    await expect.poll(shown, PATIENT).toEqual(ascending);
    expect(
      await panel(page, "Layers")
        .getByRole("columnheader", { name: /^Cosine/ })
        .getAttribute("aria-sort"),
    ).toBe("ascending");
  });

  test("shows the API's recommendation while sliders move by keyboard", async () => {
    const { page } = studyPage;
    const recommended = panel(page, "Recommendation").locator(".figure");
    const slider = page.getByRole("slider", { name: "Maximum peak memory" });
    const unlimited = await queryServer(
      `{ study(slug: "reference-study") { recommendation(metric: EVAL_LOSS) { experiment { name } } } }`,
    );
    await expect.poll(() => recommended.innerText(), PATIENT).toBe(unlimited.study.recommendation.experiment.name);
    expect(await slider.getAttribute("aria-valuetext")).toBe("no limit");
    await slider.focus();
    await page.keyboard.press("Home");
    await expect.poll(() => recommended.innerText(), PATIENT).toBe("No run");
    for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowRight");
    const memoryBudgetMb = Number(await slider.inputValue());
    const { study } = await queryServer(
      `query ($memoryBudgetMb: Float) { study(slug: "reference-study") { recommendation(metric: EVAL_LOSS, memoryBudgetMb: $memoryBudgetMb) { experiment { name } because } } }`,
      { memoryBudgetMb },
    );
    await expect.poll(() => recommended.innerText(), PATIENT).toBe(study.recommendation.experiment.name);
    expect(await panel(page, "Recommendation").textContent()).toContain(study.recommendation.because);
  });

  test.each(["light", "dark"] as const)(
    "draws every plot in the %s theme, without serious axe violations",
    async (colorScheme) => {
      const { page, problems, violations } = await visit(STUDY, { colorScheme });
      const plots = page.locator(".plot");
      // A panel of a plot loads when it comes near the visible area, so each panel is shown until it has its result.
      const panels = page.locator(".panel");
      // The page has its heading before the study, and all panels at once when the study is there.
      await panels.first().waitFor(PATIENT);
      for (let at = 0; at < (await panels.count()); at++) {
        await panels.nth(at).scrollIntoViewIfNeeded();
        await panels.nth(at).locator(".panel-content").waitFor(PATIENT);
      }
      // Where weights are still being computed, a panel has the reason in place of its plot.
      await expect.poll(() => plots.count(), PATIENT).toBe(9);
      for (const plot of await plots.all()) await plot.locator("svg").waitFor(PATIENT);
      await expect.poll(() => page.locator(".panel[aria-busy=true]").count(), PATIENT).toBe(0);
      const colour = await plots.first().locator("svg text").first().getAttribute("fill");
      expect(colour).toBe(colorScheme === "light" ? "#59636e" : "#9da7b3");
      const files = page.getByRole("link", { name: /^CSV: .*eval(uation)?[_ ]loss/i });
      const href = (await files.first().getAttribute("href")) ?? "";
      expect((await (await fetch(new URL(href, server.address))).text()).split("\r\n").length).toBeGreaterThan(2);
      expect(await violations()).toEqual([]);
      await page.screenshot({ path: path.join(ARTIFACTS, `dashboard-study-${colorScheme}.png`), fullPage: true });
      expect(problems).toEqual([]);
    },
  );

  test("a comparison is stored in its URL, and its numbers equal the API's", async () => {
    const { experimentRows } = await queryServer(`{ experimentRows(first: 100, metrics: []) { nodes { id name } } }`);
    const idOf = (name: string) =>
      (experimentRows.nodes as { id: string; name: string }[]).find((run) => run.name === name)?.id ?? "";
    const { page, problems, violations } = await visit("/dashboard/compare");
    await page.getByText("No run is selected yet.").waitFor();
    expect(await violations()).toEqual([]);
    for (const name of ["4bit_r8_s0", "16bit_r8_s0", "8bit_r8_s1"]) {
      await page.getByLabel("Add a run").fill(`reference ${name}`);
      await page.getByRole("button", { name: new RegExp(`^${name} reference-study`) }).click();
    }
    await page.getByRole("button", { name: "Make baseline: 16bit_r8_s0" }).click();
    await panel(page, "Layers").getByLabel("16bit_r8_s0 compared with").selectOption({ label: "8bit_r8_s1" });
    await panel(page, "Curves").getByLabel("Curve", { exact: true }).selectOption("eval_loss");
    const [baseline, candidate] = [idOf("16bit_r8_s0"), idOf("8bit_r8_s1")];
    const expected = `?run=${baseline}&run=${idOf("4bit_r8_s0")}&run=${candidate}&candidate=${candidate}&curve=eval_loss`;
    await expect.poll(() => new URL(page.url()).search, PATIENT).toBe(expected);

    const { compareExperiments, similarityMatrix } = await queryServer(
      `query ($baseline: ID!, $candidate: ID!, $all: [ID!]!) {
        compareExperiments(baseline: $baseline, candidate: $candidate) { metricDeltas { metric candidate percent } summary { meanCosineSimilarity } }
        similarityMatrix(experiments: $all) { values } }`,
      { baseline, candidate, all: [baseline, idOf("4bit_r8_s0"), candidate] },
    );
    const check = async (at: Page) => {
      await expect
        .poll(() => numbers(at, "Layers", ".figures data"), PATIENT)
        .toContain(compareExperiments.summary.meanCosineSimilarity);
      await expect
        .poll(() => numbers(at, "Similarity of the weight updates"), PATIENT)
        .toEqual(similarityMatrix.values.flat());
      const shown = await numbers(at, "Metrics", "tbody td:nth-child(4) > data");
      const changes = await numbers(at, "Metrics", "tbody td:nth-child(4) small data");
      expect(shown).toEqual(compareExperiments.metricDeltas.map((delta: { candidate: number }) => delta.candidate));
      expect(changes).toEqual(compareExperiments.metricDeltas.map((delta: { percent: number }) => delta.percent));
      await panel(at, "Curves").locator(".plot svg").waitFor(PATIENT);
    };
    await check(page);
    expect(await violations()).toEqual([]);
    await page.screenshot({ path: path.join(ARTIFACTS, "dashboard-compare.png"), fullPage: true });
    expect(problems).toEqual([]);

    const shared = await openDashboard(server.address, `/dashboard/compare${expected}`, { colorScheme: "dark" });
    await check(shared.page);
    expect(await shared.page.getByRole("list", { name: "Selected runs" }).locator("strong").allInnerTexts()).toEqual([
      "16bit_r8_s0",
      "4bit_r8_s0",
      "8bit_r8_s1",
    ]);
    expect(await shared.violations()).toEqual([]);
    await shared.close();
  });

  test.each([
    ["the list", "/dashboard?threshold=1"],
    ["a comparison", undefined],
  ])("shows the degradation across the studies of %s", async (_name, listed) => {
    const { experimentRows } = await queryServer(`{ experimentRows(first: 1, metrics: []) { nodes { id } } }`);
    const to = listed ?? `/dashboard/compare?run=${experimentRows.nodes[0].id}&threshold=1`;
    const { page, problems, violations } = await visit(to);
    const { degradationAcrossStudies: expected, study } = await queryServer(
      `{ degradationAcrossStudies(slugs: ["reference-study"], thresholdPercent: 1) { title description }
         study(slug: "reference-study") { ranks { r degradation { percent } } } }`,
    );
    const across = panel(page, expected.title);
    await across.waitFor(PATIENT);
    await across.scrollIntoViewIfNeeded();
    await across.locator(".plot svg").waitFor(PATIENT);
    expect(await across.locator(".plot").getAttribute("aria-label")).toBe(expected.description);
    expect(await across.getByLabel("Threshold (%)").inputValue()).toBe("1");
    const href = (await across.getByRole("link", { name: /^CSV: / }).getAttribute("href")) ?? "";
    const lines = (await (await fetch(new URL(href, server.address))).text()).trimEnd().split("\r\n").slice(1);
    expect(
      lines.map((line) => line.split(",")).map(([slug, rank, , percent]) => [slug, Number(rank), Number(percent)]),
    ).toEqual(
      study.ranks.map(({ r, degradation }: { r: number; degradation: { percent: number } }) => [
        "reference-study",
        r,
        degradation.percent,
      ]),
    );
    expect(await violations()).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("computes all comparisons of a study on request", async () => {
    const { page, problems } = studyPage;
    await page.getByRole("button", { name: "Compute all comparisons" }).click();
    await page.getByText("All comparisons are computed.").waitFor(PATIENT);
    const { jobs } = await queryServer(`{ jobs(status: [SUCCEEDED], first: 100) { kind } }`);
    expect(jobs.map(({ kind }: { kind: string }) => kind)).toContain("PRECOMPUTE");
    expect(problems).toEqual([]);
  });

  test("links to the playground with the operation of a panel", async () => {
    const { page } = studyPage;
    const link = page.getByRole("link", { name: "Open in playground: Recommendation" });
    const fragment = new URLSearchParams(
      new URL((await link.getAttribute("href")) ?? "", server.address).hash.slice(1),
    );
    const answer = await queryServer(fragment.get("query") ?? "", JSON.parse(fragment.get("variables") ?? "null"));
    await expect
      .poll(() => panel(page, "Recommendation").locator(".figure").innerText(), PATIENT)
      .toBe(answer.study.recommendation.experiment.name);
  });

  test("saves a panel's table as CSV", async () => {
    const { page } = studyPage;
    await panel(page, "Minimum viable rank").locator("tbody tr").first().waitFor(PATIENT);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "CSV: Minimum viable rank" }).click(),
    ]);
    expect(download.suggestedFilename()).toBe("reference-study-degradation.csv");
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString().trimEnd().split("\r\n");
    expect(lines[0]).toBe("rank,percent,low,high,p,baseline_n,candidate_n,verdict,certainty");
    expect(lines.slice(1).map((line) => Number(line.split(",")[1]))).toEqual(
      await numbers(page, "Minimum viable rank", "tbody td:nth-child(2) data"),
    );
  });
});
