import { mkdir } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { missingChromium } from "../support/chromium.js";
import { openPlayground, type OpenPlayground } from "../support/open-playground.js";
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

/** Pages of megabytes load slowly where every core is taken. */
const PATIENT = { timeout: 20_000 };

describe.skipIf(missing !== undefined)("the playground in Chromium", { timeout: 120_000 }, () => {
  const toClose: { close(): Promise<void> }[] = [];
  const closedAfterwards = <T extends { close(): Promise<void> }>(thing: T): T => {
    toClose.unshift(thing);
    return thing;
  };
  const serve = async (slugs: readonly string[]) => closedAfterwards(await serveTiny(slugs));
  const open = async (server: TinyServer, options = {}, fragment = "") =>
    closedAfterwards(await openPlayground(`${server.address}${fragment}`, options));
  const picture = ({ page }: OpenPlayground, name: string) =>
    page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`) });

  /** A page that is left while its workers load gives them up. */
  const exceptGivenUp = ({ problems }: OpenPlayground) =>
    problems.filter((problem) => !problem.endsWith("ERR_ABORTED"));

  beforeAll(() => mkdir(ARTIFACTS, { recursive: true }));
  afterEach(async () => {
    for (const thing of toClose.splice(0)) await thing.close();
  });

  test.each(["light", "dark"] as const)(
    "opens %s as the system is, runs a ready tab, and asks nothing of the outside",
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
      await picture(playground, `playground-${colorScheme}`);

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

  test("follows the system from light to dark while it is open", async () => {
    const { page } = await open(await serve(["tiny-study"]), { colorScheme: "light" });
    const dark = page.locator(".graphiql-query-editor .monaco-editor.vs-dark");
    expect(await dark.count()).toBe(0);
    await page.emulateMedia({ colorScheme: "dark" });
    await dark.waitFor();
  });

  test("names a study and a rank that the server has in every tab, also after a reload of untouched tabs", async () => {
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

  test("explains the schema in the documentation explorer and keeps a history", async () => {
    const playground = await open(await serve(["tiny-study"]));
    const { page } = playground;
    await page.getByRole("button", { name: "Show Documentation Explorer" }).click();
    await page.getByRole("link", { name: "Query", exact: true }).click();
    await page.getByText("The studies of this store, the newest first.").waitFor();
    await picture(playground, "playground-documentation");
    await playground.selectTab("Curves");
    await playground.selectTab("Studies");
    expect(JSON.parse(await playground.run())).toHaveProperty("data.studies.totalCount", 1);
    await page.getByRole("button", { name: "Show History" }).click();
    await page.locator(".graphiql-history-item-label", { hasText: "Studies" }).waitFor();
    expect(playground.problems).toEqual([]);
  });

  test("keeps a person's edits over reloads, whatever the server's newest study is", async () => {
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

  test("says so when the server has no study, and names the first one after it came", async () => {
    const server = await serve([]);
    const playground = await open(server);
    expect(await playground.page.getByRole("status").innerText()).toContain("This server has no study yet");
    expect(await playground.editorText("variables")).toContain("my-study");
    await picture(playground, "playground-no-study");
    await expect.poll(() => playground.stored("tabState"), PATIENT).toContain("my-study");
    server.setSlugs(["tiny-study"]);
    await playground.reload();
    expect(await playground.page.getByRole("status").count()).toBe(0);
    expect(await playground.tabNames()).toEqual(TABS);
    expect(await playground.editorText("variables")).toContain("tiny-study");
    await playground.selectTab("Curves");
    expect(await playground.editorText("variables")).toContain("tiny-study");
  });

  test("says why when the server does not answer, and opens all the same", async () => {
    const server = await serve(["tiny-study"]);
    server.breakDown();
    const playground = await open(server);
    expect(await playground.page.getByRole("status").innerText()).toContain(
      "did not tell which studies it has (broken for a test)",
    );
    expect(await playground.tabNames()).toEqual(TABS);
  });
  /** Where a link to the playground leads, as other pages write it. */
  const link = (query: string, variables?: string) =>
    `#query=${encodeURIComponent(query)}${variables === undefined ? "" : `&variables=${encodeURIComponent(variables)}`}`;

  describe("a link", () => {
    test("opens its operation in a tab of its own, named by it, beside a person's tabs, and runs nothing", async () => {
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
      await picture(playground, "playground-link");

      // Kept as a tab: a reload finds it once, and not again from the link.
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
      expect(exceptGivenUp(playground)).toEqual([]);
    });

    test("followed on the open page opens, too; on a first visit the ready tabs are there all the same", async () => {
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
      ["variables that are no JSON", link("{ a }", "{slug:"), "its variables are not a JSON object"],
      ["variables that are no object", link("{ a }", "[1]"), "its variables are not a JSON object"],
      ["no query", "#variables=%7B%7D", "it has no query"],
      ["broken escapes", "#query=%E0%A4%A", "copy the whole link again"],
      ["too much", link(`# ${"x".repeat(250_000)}`), "more than 250,000 characters"],
    ])("with %s says so, and changes no tab", async (_what, fragment, message) => {
      const playground = await open(await serve(["tiny-study"]), {}, fragment);
      expect(await playground.page.locator("p[role=alert]").innerText()).toContain(message);
      expect(await playground.tabNames()).toEqual(TABS);
      expect(await playground.editorText("operation")).toContain("query Diagnose");
    });
  });

  test("builds a query by clicking in the explorer", async () => {
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
    await picture(playground, "playground-explorer");
    await expect.poll(() => playground.stored("query"), PATIENT).toContain("totalCount");
    expect(JSON.parse(await playground.run())).toMatchObject({ data: { studies: { totalCount: 1 } } });
    expect(playground.problems).toEqual([]);
  });

  test("lists the saved operations with what each answers, and opens one in a tab", async () => {
    const playground = await open(await serve(["tiny-study"]));
    const { page } = playground;
    await page.getByRole("button", { name: "Show Saved operations" }).click();
    const list = page.getByRole("region", { name: "Saved operations" });
    const names = await list.locator("li strong").allInnerTexts();
    expect(names).toEqual([...TABS, "Across", "Groups", "Recommend", "Allocation", "Rows"]);
    expect(names.length).toBe(
      (await list.locator("li span").allInnerTexts()).filter((text) => text.length > 20).length,
    );
    await picture(playground, "playground-saved-operations");
    await list.getByRole("button", { name: /^Recommend/ }).click();
    await expect.poll(playground.tabNames, PATIENT).toEqual([...TABS, "Recommend"]);
    expect(await playground.editorText("operation")).toContain("query Recommend");
    expect(JSON.parse(await playground.editorText("variables"))).toMatchObject({ slug: "tiny-study" });
    // By keyboard as well, to the end of the list.
    await list.getByRole("button", { name: /^Rows/ }).press("Enter");
    await expect.poll(playground.tabNames, PATIENT).toEqual([...TABS, "Recommend", "Rows"]);
  });

  test("sends a bearer token with requests and subscriptions, keeps it in this tab only, and forgets it when told", async () => {
    const server = await serve(["tiny-study"]);
    const playground = await open(server);
    const { page } = playground;
    const sent = (text: string) =>
      server.authorizations.filter(({ operation }) => operation.includes(text)).map((one) => one.authorization);
    expect(new Set(server.authorizations.map((one) => one.authorization))).toEqual(new Set([undefined]));

    const field = page.getByLabel("Bearer token");
    await field.fill("not a token");
    await field.press("Enter");
    await page.getByText("A token has letters, digits").waitFor();
    await field.fill("Bearer abc.DEF-123 ");
    await field.press("Enter");
    await page.getByText("in use (ends with -123)").waitFor();
    await expect.poll(() => sent("IntrospectionQuery").at(-1), PATIENT).toBe("Bearer abc.DEF-123");
    await picture(playground, "playground-token");

    await playground.selectTab("Studies");
    expect(JSON.parse(await playground.run())).toHaveProperty("data.studies.totalCount", 1);
    expect(sent("query Studies")).toEqual(["Bearer abc.DEF-123"]);
    await playground.replaceText("operation", "subscription Count { count(to: 3) }");
    await page.getByRole("button", { name: /^Execute query/ }).click();
    await expect.poll(() => playground.editorText("response"), PATIENT).toContain('"count": 3');
    expect(sent("subscription Count")).toEqual(["Bearer abc.DEF-123"]);

    // In no place that outlives the tab, and in no address.
    expect(JSON.stringify(await page.context().storageState())).not.toContain("abc.DEF");
    expect(page.url()).not.toContain("abc.DEF");
    await playground.reload();
    expect(sent("IntrospectionQuery").at(-1)).toBe("Bearer abc.DEF-123");
    await page.getByRole("button", { name: "Clear", exact: true }).click();
    await expect.poll(() => sent("IntrospectionQuery").at(-1), PATIENT).toBe(undefined);
    await playground.reload();
    expect(await field.inputValue()).toBe("");
    expect(sent("IntrospectionQuery").at(-1)).toBe(undefined);
    expect(exceptGivenUp(playground)).toEqual([]);
  });
});
