import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingChromium } from "../support/chromium.js";
import { openPlayground, type OpenPlayground } from "../support/open-playground.js";
import { PATIENT } from "../support/patience.js";
import { serveTiny, type TinyServer } from "./tiny-server.js";

const missing = missingChromium();
if (missing !== undefined) console.warn(missing);

const ARTIFACTS = fileURLToPath(new URL("../artifacts", import.meta.url));
const TABS = [
  "Diagnose",
  "Evidence",
  "Compare",
  "Matrix",
  "LayerDetail",
  "Studies",
  "Similarity",
  "Curves",
  "Import",
  "Precompute",
  "Progress",
];

describe.skipIf(missing !== undefined)("the playground in Chromium", { timeout: 120_000 }, () => {
  const toClose: { close(): Promise<void> }[] = [];
  const closedAfterwards = <T extends { close(): Promise<void> }>(thing: T): T => {
    toClose.unshift(thing);
    return thing;
  };
  const serve = async (slugs: readonly string[]) => closedAfterwards(await serveTiny(slugs));
  const open = async (server: TinyServer, options = {}, fragment = "") =>
    closedAfterwards(await openPlayground(`${server.address}${fragment}`, options));
  const screenshot = ({ page }: OpenPlayground, name: string) =>
    page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`) });

  /** Returns the problems other than aborted requests: leaving a page aborts the loading of its workers. */
  const exceptAborted = ({ problems }: OpenPlayground) =>
    problems.filter((problem) => !problem.endsWith("ERR_ABORTED"));

  beforeAll(() => mkdir(ARTIFACTS, { recursive: true }));
  afterEach(async () => {
    for (const thing of toClose.splice(0)) await thing.close();
  });

  test.each(["light", "dark"] as const)(
    "opens in the %s system theme, runs a default tab and sends no external requests",
    async (colorScheme) => {
      const server = await serve(["tiny-study"]);
      const playground = await open(server, { colorScheme });
      expect(await playground.page.title()).toBe("Rankscope");
      expect(await playground.tabNames()).toEqual(TABS);
      expect(await playground.editorText("variables")).toBe('{\n  "slug": "tiny-study"\n}');
      expect(await playground.page.getByRole("status").count()).toBe(0);

      await playground.selectTab("Studies");
      expect(JSON.parse(await playground.run())).toEqual({
        data: { studies: { totalCount: 1, nodes: [{ slug: "tiny-study", name: "Tiny", baseModel: null }] } },
      });
      await screenshot(playground, `playground-${colorScheme}`);

      const workers = () =>
        playground.page
          .workers()
          .map((worker) => path.posix.basename(worker.url()))
          .sort();
      await expect
        .poll(workers, PATIENT)
        .toEqual(expect.arrayContaining(["editor.worker.js", "graphql.worker.js", "json.worker.js"]));
      const { origin } = new URL(server.address);
      expect(playground.requests.filter((url) => !url.startsWith("data:") && new URL(url).origin !== origin)).toEqual(
        [],
      );
      expect(playground.problems).toEqual([]);
    },
  );

  test("follows a change of the system theme from light to dark", async () => {
    const { page } = await open(await serve(["tiny-study"]), { colorScheme: "light" });
    const dark = page.locator(".graphiql-query-editor .monaco-editor.vs-dark");
    expect(await dark.count()).toBe(0);
    await page.emulateMedia({ colorScheme: "dark" });
    await dark.waitFor();
  });

  test("uses an existing study and rank in every tab, also after a reload of unedited tabs", async () => {
    const playground = await open(await serve(["newest", "older"]));
    await expect.poll(() => playground.stored("tabState"), PATIENT).toContain("newest");
    await playground.reload();
    expect(await playground.tabNames()).toEqual(TABS);
    expect(await playground.editorText("operation")).toContain("query Diagnose");
    expect(JSON.parse(await playground.editorText("variables"))).toEqual({ slug: "newest" });
    await playground.selectTab("Similarity");
    expect(JSON.parse(await playground.editorText("variables"))).toEqual({ slug: "newest", rank: 2 });
    await playground.selectTab("Curves");
    expect(JSON.parse(await playground.editorText("variables"))).toEqual({ slug: "newest" });
  });

  test("shows the schema in the documentation explorer and keeps a history", async () => {
    const playground = await open(await serve(["tiny-study"]));
    const { page } = playground;
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.getByRole("link", { name: "Query", exact: true }).click();
    await page.getByText("The studies of this store, the newest first.").waitFor();
    await screenshot(playground, "playground-documentation");
    await playground.selectTab("Curves");
    await playground.selectTab("Studies");
    expect(JSON.parse(await playground.run())).toHaveProperty("data.studies.totalCount", 1);
    await page.getByRole("button", { name: "Show History" }).click();
    await page.locator(".graphiql-history-item-label", { hasText: "Studies" }).waitFor();
    expect(playground.problems).toEqual([]);
  });

  test("keeps edited tabs after reloads, even if the newest study changes", async () => {
    const server = await serve(["tiny-study"]);
    const playground = await open(server);
    await playground.selectTab("Curves");
    await playground.replaceText("variables", '{"slug": "mine"}');
    await playground.selectTab("Studies");
    await playground.replaceText("operation", "query Mine { studies { totalCount } }");
    await expect.poll(() => playground.stored("tabState"), PATIENT).toContain("query Mine");
    server.setSlugs(["another-study"]);
    await playground.reload();
    const edited = TABS.map((name) => (name === "Studies" ? "Mine" : name));
    expect(await playground.tabNames()).toEqual(edited);
    expect(await playground.editorText("operation")).toBe("query Mine { studies { totalCount } }");
    await playground.selectTab("Curves");
    expect(await playground.editorText("variables")).toBe('{"slug": "mine"}');
    await playground.selectTab("Diagnose");
    expect(await playground.editorText("variables")).toContain("tiny-study");
  });

  test("shows a hint without studies, and uses the first study after its import", async () => {
    const server = await serve([]);
    const playground = await open(server);
    expect(await playground.page.getByRole("status").innerText()).toContain("This server has no study yet");
    expect(await playground.editorText("variables")).toContain("my-study");
    await screenshot(playground, "playground-no-study");
    await expect.poll(() => playground.stored("tabState"), PATIENT).toContain("my-study");
    server.setSlugs(["tiny-study"]);
    await playground.reload();
    expect(await playground.page.getByRole("status").count()).toBe(0);
    expect(await playground.tabNames()).toEqual(TABS);
    expect(await playground.editorText("variables")).toContain("tiny-study");
    await playground.selectTab("Curves");
    expect(await playground.editorText("variables")).toContain("tiny-study");
  });

  test("shows the error of a failing server and opens nevertheless", async () => {
    const server = await serve(["tiny-study"]);
    server.breakDown();
    const playground = await open(server);
    expect(await playground.page.getByRole("status").innerText()).toContain("could not be loaded (broken for a test)");
    expect(await playground.tabNames()).toEqual(TABS);
  });

  /** Returns the fragment of a link to the playground. */
  const link = (query: string, variables?: string) =>
    `#query=${encodeURIComponent(query)}${variables === undefined ? "" : `&variables=${encodeURIComponent(variables)}`}`;

  describe("a link", () => {
    test("opens its operation in a new named tab, keeps the other tabs and runs nothing", async () => {
      const server = await serve(["tiny-study"]);
      const playground = await open(server);
      const { page } = playground;
      await playground.selectTab("Studies");
      await playground.replaceText("operation", "query Mine { studies { totalCount } }");
      await expect.poll(() => playground.stored("tabState"), PATIENT).toContain("query Mine");
      const mine = TABS.map((name) => (name === "Studies" ? "Mine" : name));

      const query = "mutation Tag($slug: String!) {\n  # 100 % & more + 1\n  tag(slug: $slug)\n}";
      await page.goto("about:blank");
      await playground.goto(`${server.address}${link(query, '{"slug":"a&b=c+d é"}')}`);
      await expect.poll(playground.tabNames, PATIENT).toEqual([...mine, "Tag"]);
      expect(await playground.editorText("operation")).toBe(query);
      expect(JSON.parse(await playground.editorText("variables"))).toEqual({ slug: "a&b=c+d é" });
      expect(page.url()).toBe(server.address);
      await screenshot(playground, "playground-link");

      // The tab is stored: a reload shows it once and does not open the link again.
      await expect.poll(() => playground.stored("tabState"), PATIENT).toContain("mutation Tag");
      await playground.reload();
      expect(await playground.tabNames()).toEqual([...mine, "Tag"]);
      expect(await playground.editorText("operation")).toBe(query);
      await playground.selectTab("Mine");
      expect(await playground.editorText("operation")).toBe("query Mine { studies { totalCount } }");
      expect(
        server.authorizations.map(({ operation }) => operation).filter((one) => one.includes("mutation Tag")),
      ).toEqual([]);

      await playground.selectTab("Tag");
      expect(JSON.parse(await playground.run())).toEqual({ data: { tag: true } });
      expect(exceptAborted(playground)).toEqual([]);
    });

    test("opens on a page that is already open, and the first visit has the default tabs too", async () => {
      const server = await serve(["tiny-study"]);
      const playground = await open(server, {}, link("query First { studies { totalCount } }"));
      await expect.poll(playground.tabNames, PATIENT).toEqual([...TABS, "First"]);
      await playground.page.evaluate((hash) => {
        (globalThis as unknown as { location: { hash: string } }).location.hash = hash;
      }, link("{ studies { totalCount } }"));
      await expect.poll(playground.tabNames, PATIENT).toEqual([...TABS, "First", "<untitled>"]);
      expect(await playground.editorText("operation")).toBe("{ studies { totalCount } }");
      expect(await playground.editorText("variables")).toBe("");
    });

    test.each([
      ["variables that are not JSON", link("{ a }", "{slug:"), "its variables are not a JSON object"],
      ["variables that are not an object", link("{ a }", "[1]"), "its variables are not a JSON object"],
      ["no query", "#variables=%7B%7D", "it has no query"],
      ["broken escapes", "#query=%E0%A4%A", "copy the whole link again"],
      ["too many characters", link(`# ${"x".repeat(250_000)}`), "more than 250,000 characters"],
    ])("with %s shows an error and changes no tab", async (_what, fragment, message) => {
      const playground = await open(await serve(["tiny-study"]), {}, fragment);
      expect(await playground.page.locator("p[role=alert]").innerText()).toContain(message);
      expect(await playground.tabNames()).toEqual(TABS);
      expect(await playground.editorText("operation")).toContain("query Diagnose");
    });
  });

  test("builds a query by clicks in the explorer", async () => {
    const playground = await open(await serve(["tiny-study"]), {}, link("query Built { __typename }"));
    const { page } = playground;
    await expect.poll(playground.tabNames, PATIENT).toContain("Built");
    await page.getByRole("button", { name: "Show Explorer" }).click();
    await page
      .locator(".graphiql-explorer-node", { hasText: /^studies/ })
      .locator("span")
      .first()
      .click();
    await page
      .locator(".graphiql-explorer-node", { hasText: /^totalCount$/ })
      .locator("span")
      .first()
      .click();
    await expect.poll(() => playground.editorText("operation"), PATIENT).toContain("totalCount");
    await screenshot(playground, "playground-explorer");
    await expect.poll(() => playground.stored("query"), PATIENT).toContain("totalCount");
    expect(JSON.parse(await playground.run())).toMatchObject({ data: { studies: { totalCount: 1 } } });
    expect(playground.problems).toEqual([]);
  });

  test("lists the saved operations with descriptions, and opens one in a tab", async () => {
    const playground = await open(await serve(["tiny-study"]));
    const { page } = playground;
    await page.getByRole("button", { name: "Show Saved operations" }).click();
    const list = page.getByRole("region", { name: "Saved operations" });
    const names = await list.locator("li strong").allInnerTexts();
    expect(names).toEqual([
      ...TABS,
      "Across",
      "Groups",
      "Settings",
      "StateSettings",
      "Recommend",
      "Allocation",
      "Behaviour",
      "Rows",
    ]);
    expect(names.length).toBe(
      (await list.locator("li span").allInnerTexts()).filter((text) => text.length > 20).length,
    );
    await screenshot(playground, "playground-saved-operations");
    await list.getByRole("button", { name: /^Recommend/ }).click();
    await expect.poll(playground.tabNames, PATIENT).toEqual([...TABS, "Recommend"]);
    expect(await playground.editorText("operation")).toContain("query Recommend");
    expect(JSON.parse(await playground.editorText("variables"))).toMatchObject({ slug: "tiny-study" });
    // The last operation opens by keyboard as well.
    await list.getByRole("button", { name: /^Rows/ }).press("Enter");
    await expect.poll(playground.tabNames, PATIENT).toEqual([...TABS, "Recommend", "Rows"]);
  });

  test("sends a bearer token with requests and subscriptions, stores it in this tab only, and clears it on request", async () => {
    const server = await serve(["tiny-study"]);
    const playground = await open(server);
    const { page } = playground;
    const sent = (text: string) =>
      server.authorizations.filter(({ operation }) => operation.includes(text)).map((one) => one.authorization);
    expect(new Set(server.authorizations.map((one) => one.authorization))).toEqual(new Set([undefined]));

    const field = page.getByLabel("Bearer token");
    await field.fill("not a token");
    await field.press("Enter");
    await page.getByText("A token contains only letters, digits").waitFor();
    await field.fill("Bearer abc.DEF-123 ");
    await field.press("Enter");
    await page.getByText("in use, ending in -123").waitFor();
    await expect.poll(() => sent("IntrospectionQuery").at(-1), PATIENT).toBe("Bearer abc.DEF-123");
    await screenshot(playground, "playground-token");

    await playground.selectTab("Studies");
    expect(JSON.parse(await playground.run())).toHaveProperty("data.studies.totalCount", 1);
    expect(sent("query Studies")).toEqual(["Bearer abc.DEF-123"]);
    await playground.replaceText("operation", "subscription Count { count(to: 3) }");
    await page.getByRole("button", { name: /^Execute query/ }).click();
    await expect.poll(() => playground.editorText("response"), PATIENT).toContain('"count": 3');
    expect(sent("subscription Count")).toEqual(["Bearer abc.DEF-123"]);

    // The token is neither in storage that outlives the tab nor in the URL.
    expect(JSON.stringify(await page.context().storageState())).not.toContain("abc.DEF");
    expect(page.url()).not.toContain("abc.DEF");
    await playground.reload();
    expect(sent("IntrospectionQuery").at(-1)).toBe("Bearer abc.DEF-123");
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await expect.poll(() => sent("IntrospectionQuery").at(-1), PATIENT).toBe(undefined);
    await playground.reload();
    expect(await field.inputValue()).toBe("");
    expect(sent("IntrospectionQuery").at(-1)).toBe(undefined);
    expect(exceptAborted(playground)).toEqual([]);
  });
});
