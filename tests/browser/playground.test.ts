import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { missingChromium } from "../support/chromium.js";
import { openPlayground, type OpenPlayground } from "../support/open-playground.js";
import { serveTiny, type TinyServer } from "./tiny-server.js";

const missing = missingChromium();
if (missing !== undefined) console.warn(missing);

const ARTIFACTS = fileURLToPath(new URL("../artifacts", import.meta.url));
const TABS = ["Diagnose", "Studies", "Similarity", "Curves", "Import"];

describe.skipIf(missing !== undefined)("the playground in Chromium", () => {
  let server: TinyServer;
  const opened: OpenPlayground[] = [];
  const open = async (...parameters: Parameters<typeof openPlayground>) => {
    const playground = await openPlayground(...parameters);
    opened.push(playground);
    return playground;
  };
  const variables = ({ page }: OpenPlayground) => page.locator(".graphiql-editor-tool .view-lines").first().innerText();

  beforeAll(async () => {
    await mkdir(ARTIFACTS, { recursive: true });
    server = await serveTiny({ slugs: ["tiny-study"] });
  });
  afterAll(async () => {
    await Promise.all(opened.map((playground) => playground.close()));
    await server.close();
  });

  for (const colorScheme of ["light", "dark"] as const) {
    test(`opens in ${colorScheme} with the ready tabs, runs one, and asks nothing of the outside`, async () => {
      const playground = await open(server.address, { colorScheme });
      expect(await playground.page.title()).toBe("Rankscope");
      expect(await playground.tabNames()).toEqual(TABS);
      expect(await variables(playground)).toContain("tiny-study");

      await playground.selectTab("Studies");
      expect(JSON.parse(await playground.run())).toEqual({
        data: { studies: { totalCount: 1, nodes: [{ slug: "tiny-study", name: "Tiny", baseModel: null }] } },
      });
      await playground.page.screenshot({ path: path.join(ARTIFACTS, `playground-${colorScheme}.png`) });

      const workers = playground.page.workers().map((worker) => path.basename(worker.url()));
      expect(workers).toEqual(expect.arrayContaining(["editor.worker.js", "graphql.worker.js", "json.worker.js"]));
      const outside = playground.requests.filter((url) => !url.startsWith("data:") && new URL(url).origin !== new URL(server.address).origin);
      expect(outside).toEqual([]);
      expect(playground.problems).toEqual([]);
    });
  }
});
