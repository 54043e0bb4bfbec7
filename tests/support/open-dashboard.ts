import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { BrowserContextOptions, Page } from "playwright-core";
import type { AxeResults } from "axe-core";
import { sharedBrowser } from "./shared-browser.js";
import { watchPage } from "./watch-page.js";

const AXE = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/** The dashboard in a real Chromium, with storage that is deleted when it is closed. */
export interface OpenDashboard {
  readonly page: Page;
  /** URLs of all requests so far. */
  readonly requests: readonly string[];
  /** Problems so far: console errors and warnings, exceptions, failed and rejected requests. */
  readonly problems: readonly string[];
  /** Returns the serious and critical findings of axe-core on the current page: rule and elements. */
  violations(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface DashboardOptions extends BrowserContextOptions {
  /** Called before the page is loaded, to replace some of its responses. */
  readonly prepare?: (page: Page) => Promise<unknown>;
}

/** Opens `path` of the server at `address`, 1280 pixels wide by default. @throws if there is no Chromium */
export async function openDashboard(
  address: string,
  path: string,
  { prepare, ...options }: DashboardOptions = {},
): Promise<OpenDashboard> {
  const context = await (await sharedBrowser()).newContext({ viewport: { width: 1280, height: 860 }, ...options });
  try {
    const page = await context.newPage();
    const requests: string[] = [];
    context.on("request", (request) => requests.push(request.url()));
    const problems = watchPage(page);
    await prepare?.(page);
    await page.goto(new URL(path, address).href);
    await page.getByRole("heading", { level: 1 }).waitFor();
    return {
      page,
      requests,
      problems,
      violations: () => violations(page),
      close: () => context.close(),
    };
  } catch (error) {
    await context.close();
    throw error;
  }
}

async function violations(page: Page): Promise<readonly string[]> {
  await page.evaluate(readFileSync(AXE, "utf8"));
  const found = await page.evaluate(() => (globalThis as unknown as { axe: { run(): Promise<AxeResults> } }).axe.run());
  return found.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary ?? ""}`));
}
