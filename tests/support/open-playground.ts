import { chromium, type BrowserContextOptions, type Page } from "playwright-core";
import { findChromium, HOW_TO_GET_CHROMIUM } from "./chromium.js";

/** Chromium as a test needs it: alone, without a GPU, quiet on the network. A container's root cannot have its sandbox. */
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-extensions",
  "--disable-sync",
  "--no-default-browser-check",
  "--no-first-run",
];

/** The playground in a real Chromium of its own. */
export interface OpenPlayground {
  readonly page: Page;
  /** URLs of all requests so far, those of workers and failed ones among them. */
  readonly requests: readonly string[];
  /** What went wrong so far: console errors and warnings, exceptions, failed and refused requests. */
  readonly problems: readonly string[];
  /** Names of the tabs, in order. */
  tabNames(): Promise<readonly string[]>;
  selectTab(name: string): Promise<void>;
  /** Runs the open tab and resolves with the result pane's full text, however much of it is in view. */
  run(): Promise<string>;
  /** Runs the first tab. */
  runFirstTab(): Promise<string>;
  /** Resolves when the editors stand and the schema has come: after opening, and after each reload. */
  ready(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the page at `url` with empty storage and waits until it can be used. @throws where there is no Chromium */
export async function openPlayground(url: string, options: BrowserContextOptions = {}): Promise<OpenPlayground> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(`no Chromium was found; ${HOW_TO_GET_CHROMIUM}`);
  const browser = await chromium.launch({ executablePath, args: ARGUMENTS });
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const requests: string[] = [];
  const problems = watch(page);
  context.on("request", (request) => requests.push(request.url()));

  const tabs = page.getByRole("tablist", { name: "Select active operation" }).getByRole("tab");
  const playground: OpenPlayground = {
    page,
    requests,
    problems,
    tabNames: async () => (await tabs.allInnerTexts()).map((name) => name.trim()),
    selectTab: (name) => tabs.filter({ hasText: name }).getByRole("button", { name, exact: true }).click(),
    run: async () => {
      const answered = page.waitForResponse((response) => response.request().method() === "POST");
      await page.getByRole("button", { name: /^Execute query/ }).click();
      await answered;
      return resultText(page);
    },
    runFirstTab: async () => {
      await tabs.first().getByRole("button").first().click();
      return playground.run();
    },
    ready: async () => {
      await page.locator(".graphiql-query-editor .view-line").first().waitFor();
      await page.locator(".graphiql-response .monaco-editor").waitFor();
      await page.waitForLoadState("networkidle");
    },
    close: () => browser.close(),
  };
  try {
    await page.goto(url);
    await playground.ready();
    return playground;
  } catch (error) {
    await browser.close();
    throw error;
  }
}

function watch(page: Page): string[] {
  const problems: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") problems.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`exception: ${error.message}`));
  page.on("requestfailed", (request) => problems.push(`failed: ${request.url()} ${request.failure()?.errorText ?? ""}`));
  page.on("response", (response) => {
    if (response.status() >= 400) problems.push(`status ${response.status()}: ${response.url()}`);
  });
  return problems;
}

/** The editor renders only the lines in view, so the text is taken from its model. */
async function resultText(page: Page): Promise<string> {
  const read = () => {
    // GraphiQL leaves its Monaco here.
    const { __MONACO: monaco } = globalThis as unknown as {
      __MONACO: { editor: { getModels(): { uri: { path: string }; getValue(): string }[] } };
    };
    return monaco.editor.getModels().find(({ uri }) => uri.path.endsWith("response.json"))?.getValue();
  };
  const text = await page.waitForFunction(read);
  return (await text.jsonValue()) ?? "";
}
