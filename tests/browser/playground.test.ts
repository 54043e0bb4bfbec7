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
  const open = async (server: TinyServer, options = {}) =>
    closedAfterwards(await openPlayground(server.address, options));
  const picture = ({ page }: OpenPlayground, name: string) =>
    page.screenshot({ path: path.join(ARTIFACTS, `${name}.png`) });

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
});
