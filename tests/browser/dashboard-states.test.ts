import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { v7 as newId } from "uuid";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { describeEvaluationSet } from "#src/import/evaluation-set/describe-evaluation-set.js";
import { runWorker } from "#src/jobs/worker/run-worker.js";
import { openLog } from "#src/log.js";
import { SERVER_ACTOR } from "#src/model/audit.js";
import { saveEvaluationSet } from "#src/store/evaluation-sets.js";
import { apiServer } from "../support/api-server.js";
import { missingChromium } from "../support/chromium.js";
import { openDashboard, type DashboardOptions, type OpenDashboard } from "../support/open-dashboard.js";
import { operationOf } from "../support/operation-of.js";
import { twoStudies } from "../support/two-studies.js";
import { PATIENT } from "../support/patience.js";

const missing = missingChromium();
if (missing !== undefined) console.warn(missing);

const ARTIFACTS = fileURLToPath(new URL("../artifacts", import.meta.url));

const panel = (page: Page, name: string) => page.getByRole("region", { name, exact: true });

let open: OpenDashboard | undefined;
const visit = async (address: string, to: string, options?: DashboardOptions) => {
  open = await openDashboard(address, to, options);
  return open;
};
const screenshot = (page: Page, name: string) => page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`) });

beforeAll(() => mkdir(ARTIFACTS, { recursive: true }));
afterEach(() => open?.close());

describe.skipIf(missing !== undefined)("the dashboard without studies", { timeout: 120_000 }, () => {
  const server = apiServer(() => Promise.resolve());

  test("explains how to import the first study", async () => {
    const { page, problems, violations } = await visit(server.address, "/dashboard");
    await page.getByText("This server has no study yet.").waitFor();
    expect(await page.locator("pre").innerText()).toBe("npm run rankscope -- import FOLDER");
    expect(await page.locator(".page-head [role=status]").innerText()).toBe("0 studies");
    expect(await violations()).toEqual([]);
    await screenshot(page, "dashboard-empty");
    expect(problems).toEqual([]);
  });

  test.each([
    ["/dashboard/experiments", "This server has no run yet."],
    ["/dashboard/studies/none", "The study none does not exist."],
    ["/dashboard/compare?run=none", "The run does not exist"],
    ["/dashboard/nowhere", "This URL has no page."],
  ])("%s: %s", async (to, text) => {
    const { page, problems, violations } = await visit(server.address, to);
    await page.getByText(text).waitFor();
    expect(await violations()).toEqual([]);
    expect(problems).toEqual([]);
  });
});

describe.skipIf(missing !== undefined)("the dashboard while results are missing", { timeout: 180_000 }, () => {
  let folder: string;
  const server = apiServer(async (database) => {
    folder = await mkdtemp(path.join(tmpdir(), "rankscope-states-"));
    await twoStudies(database, folder);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test("shows a loading state until the result arrives", async () => {
    let answer: (() => void) | undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    const { page, violations } = await visit(server.address, "/dashboard", {
      prepare: (opened) =>
        opened.route("**/graphql", async (route) => {
          if (operationOf(route) === "Studies") await held;
          await route.continue();
        }),
    });
    await page.getByText("Loading: List of studies").waitFor({ state: "attached" });
    expect(await panel(page, "List of studies").getAttribute("aria-busy")).toBe("true");
    expect(await violations()).toEqual([]);
    await screenshot(page, "dashboard-loading");
    answer?.();
    await page.getByRole("link", { name: "one", exact: true }).waitFor();
    expect(await panel(page, "List of studies").getAttribute("aria-busy")).toBe("false");
  });

  test("shows the server's error in the failed panel only, until a retry succeeds", async () => {
    let isBroken = true;
    const { page, violations } = await visit(server.address, "/dashboard/studies/one", {
      prepare: (opened) =>
        opened.route("**/graphql", async (route) => {
          if (!isBroken || operationOf(route) !== "FailureModes") return route.continue();
          return route.fulfill({ json: { data: null, errors: [{ message: "The disk is full: free some space." }] } });
        }),
    });
    const failed = panel(page, "Failure modes");
    await failed.getByRole("alert").getByText("The disk is full: free some space.").waitFor();
    await panel(page, "Minimum viable rank").locator("tbody tr").first().waitFor();
    expect(await page.getByRole("alert").count()).toBe(1);
    expect(await violations()).toEqual([]);
    await screenshot(page, "dashboard-error");
    isBroken = false;
    await failed.getByRole("button", { name: "Retry" }).click();
    await failed.getByRole("alert").waitFor({ state: "detached" });
    await failed.locator("summary").first().waitFor();
  });

  test("a result that a panel cannot render does not affect other panels", async () => {
    let isBroken = true;
    const { page } = await visit(server.address, "/dashboard/studies/one", {
      prepare: (opened) =>
        opened.route("**/graphql", async (route) => {
          if (!isBroken || operationOf(route) !== "RankThreshold") return route.continue();
          return route.fulfill({ json: { data: { study: { minimumViableRank: null, ranks: [] } } } });
        }),
    });
    await panel(page, "Minimum viable rank").getByRole("alert").waitFor();
    await panel(page, "Experiments").locator("tbody tr").first().waitFor();
    isBroken = false;
    await panel(page, "Minimum viable rank").getByRole("button", { name: "Retry" }).click();
    await panel(page, "Minimum viable rank").locator("tbody tr").first().waitFor();
  });

  test("reports an unreachable server and recovers after a retry", async () => {
    let isGone = true;
    const { page } = await visit(server.address, "/dashboard", {
      prepare: (opened) => opened.route("**/graphql", (route) => (isGone ? route.abort() : route.continue())),
    });
    const alert = panel(page, "List of studies").getByRole("alert");
    await alert.getByText("The server cannot be reached.").waitFor();
    isGone = false;
    await alert.getByRole("button", { name: "Retry" }).click();
    await page.getByRole("link", { name: "one", exact: true }).waitFor();
  });

  test("supports the keyboard: skip link, controls, table", async () => {
    const { page } = await visit(server.address, "/dashboard");
    await page.getByRole("link", { name: "one", exact: true }).waitFor();
    const focused = (what = "ariaLabel ?? document.activeElement.innerText.trim()") =>
      page.evaluate<string>(`document.activeElement.${what}`);
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("Skip to the content");
    expect(await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")).toBe("solid");
    await page.keyboard.press("Enter");
    await expect.poll(() => new URL(page.url()).hash, PATIENT).toBe("#main");
    await page.keyboard.press("Tab");
    expect(await focused("labels[0].innerText")).toBe("Search");
    const reached: string[] = [];
    for (let i = 0; i < 30 && !reached.includes("one"); i++) {
      await page.keyboard.press("Tab");
      reached.push(await focused());
    }
    expect(reached).toEqual(
      expect.arrayContaining(["Filters", "Open in playground: List of studies", "Table: Studies", "Created▼", "one"]),
    );
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "one" }).waitFor();
    await expect.poll(() => focused(), PATIENT).toBe("one");
    expect(await page.title()).toBe("one – Rankscope");
  });

  test("runs no model before an evaluation set is chosen, and says why models cannot be run", async () => {
    const { page, problems, violations } = await visit(server.address, "/dashboard/studies/one");
    const behaviour = panel(page, "Behaviour");
    await behaviour.getByText("rankscope evalset add NAME FILE").waitFor(PATIENT);
    const file = path.join(folder, "set.jsonl");
    await writeFile(file, '{"text": "one"}\n');
    const set = { ...(await describeEvaluationSet(file, "set")), name: "set", ownDataOf: [] };
    await saveEvaluationSet(server.database, set, SERVER_ACTOR);
    await page.reload();
    await behaviour.getByLabel("Evaluation set").selectOption("set");
    expect(new URL(page.url()).searchParams.get("set")).toBe("set");
    await behaviour.getByText(/^Rank 2: .*rankscope model add/).waitFor(PATIENT);
    expect(await behaviour.locator("tbody tr").count()).toBeGreaterThan(0);
    expect(await behaviour.locator("tbody data").count()).toBe(0);
    expect(await violations()).toEqual([]);
    expect(problems).toEqual([]);
  });

  test("shows the progress of the jobs of pending values, then the values", async () => {
    const { page, problems, violations } = await visit(server.address, "/dashboard/studies/one?rank=2");
    const layers = panel(page, "Layers");
    await layers.getByRole("progressbar", { name: "Computing: Layers" }).waitFor();
    expect(await layers.locator(".pending").innerText()).toMatch(/computed \(\d+ jobs?\)/);
    await page.getByText(/^\d+ jobs? running$/).click(PATIENT);
    expect(await page.locator(".jobs li").first().innerText()).toContain("Compute, queued");
    const cosines = layers.locator("tbody td:nth-child(4)");
    expect(await cosines.first().innerText()).toContain("pending");
    expect(await violations()).toEqual([]);
    await screenshot(page, "dashboard-pending");

    const worker = await runWorker({
      id: newId(),
      connection: server.database,
      url: server.databaseUrl,
      threads: 1,
      settings: { engine: { provider: "cpu", breakEvenFlops: {}, cpuThreads: 1 }, weights: { kind: "in-place" } },
      log: openLog("silent"),
    });
    try {
      await expect.poll(() => layers.locator(".pending").count(), PATIENT).toBe(0);
      const { data } = await server.execute(
        `{ study(slug: "one") { weightSimilarity(rank: 2) { layers { cosineSimilarity } } } }`,
      );
      const expected = data.study.weightSimilarity.layers.map(
        ({ cosineSimilarity }: { cosineSimilarity: number }) => cosineSimilarity,
      );
      expect(expected.every((value: unknown) => typeof value === "number")).toBe(true);
      const shown = () =>
        cosines.locator("data").evaluateAll((found) => found.map((one) => Number(one.getAttribute("value"))));
      await expect.poll(shown, PATIENT).toEqual(expected);
      await expect.poll(() => page.locator(".jobs details").count(), PATIENT).toBe(0);
      expect(problems).toEqual([]);
    } finally {
      await worker.close();
    }
  });

  test("asks again for values whose jobs ended while the answer was made", async () => {
    // The values are stored already. The first answer is that of a server which read them just before their job ended.
    const job = {
      __typename: "Job",
      id: newId(),
      kind: "COMPUTE",
      status: "SUCCEEDED",
      done: 1,
      total: 1,
      message: "",
    };
    let answers = 0;
    const { page, problems } = await visit(server.address, "/dashboard/studies/one?rank=2", {
      prepare: (opened) =>
        opened.route("**/graphql", async (route) => {
          if (operationOf(route) !== "Layers" || ++answers > 1) return route.continue();
          const response = await route.fetch();
          const answer = await response.json();
          answer.data.study.weightSimilarity.mean = null;
          answer.data.study.weightSimilarity.jobs = [job];
          return route.fulfill({ response, json: answer });
        }),
    });
    const mean = panel(page, "Layers").locator(".figures").getByText("some layers are not computed");
    await mean.first().waitFor(PATIENT);
    await expect.poll(() => answers, PATIENT).toBe(2);
    await mean.first().waitFor({ state: "detached", ...PATIENT });
    expect(problems).toEqual([]);
  });
});
