import type { BrowserContextOptions, Page } from "playwright-core";
import { sharedBrowser } from "./shared-browser.js";
import { watchPage } from "./watch-page.js";

/** The global Monaco of GraphiQL's page, as far as the functions below use it. */
interface PageGlobals {
  readonly __MONACO: { editor: { getModels(): { uri: { path: string }; getValue(): string }[] } };
  readonly localStorage: { getItem(key: string): string | null };
}

type EditorName = "operation" | "variables" | "response";

/** The playground in a real Chromium, with storage that is deleted when it is closed. */
export interface OpenPlayground {
  readonly page: Page;
  /** URLs of all requests so far, including those of workers and failed ones. */
  readonly requests: readonly string[];
  /** Problems so far: console errors and warnings, exceptions, failed and rejected requests. */
  readonly problems: readonly string[];
  /** Names of the tabs, in order. */
  tabNames(): Promise<readonly string[]>;
  selectTab(name: string): Promise<void>;
  /** Runs the open tab and returns the full text of the result pane, including the part that is scrolled out of view. */
  run(): Promise<string>;
  /** Runs the first tab. */
  runFirstTab(): Promise<string>;
  /** Returns the full text of an editor, including the part that is scrolled out of view. */
  editorText(editor: EditorName): Promise<string>;
  /** Replaces the text of an editor by typing. */
  replaceText(editor: Exclude<EditorName, "response">, text: string): Promise<void>;
  /** Returns the value that GraphiQL stored under `key`; empty if there is none. */
  stored(key: string): Promise<string>;
  /** Goes to another address of the playground and waits until it is ready. */
  goto(url: string): Promise<void>;
  /** Reloads the page and waits until it is ready. */
  reload(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the page at `url` with empty storage and waits until it is ready. @throws if there is no Chromium */
export async function openPlayground(url: string, options: BrowserContextOptions = {}): Promise<OpenPlayground> {
  const context = await (await sharedBrowser()).newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  const requests: string[] = [];
  const problems = watchPage(page);
  context.on("request", (request) => requests.push(request.url()));

  const tabs = page.getByRole("tablist", { name: "Select active operation" }).getByRole("tab");
  const playground: OpenPlayground = {
    page,
    requests,
    problems,
    tabNames: async () => (await tabs.allInnerTexts()).map((name) => name.trim()),
    selectTab: async (name) => {
      await tabs.filter({ hasText: name }).getByRole("button", { name, exact: true }).click();
      await page.waitForFunction(isStored, "operation" as const);
    },
    run: async () => {
      const answered = page.waitForResponse((response) => response.request().method() === "POST");
      await page.getByRole("button", { name: /^Execute query/ }).click();
      await answered;
      return answeredText(page);
    },
    runFirstTab: async () => {
      await tabs.first().getByRole("button").first().click();
      await page.waitForFunction(isStored, "operation" as const);
      return playground.run();
    },
    editorText: (editor) => page.evaluate(textOf, editor),
    replaceText: async (editor, text) => {
      const label = editor === "operation" ? "Operation Editor" : "Variables";
      await page.getByRole("region", { name: label }).locator(".monaco-editor .view-lines").first().click();
      await page.keyboard.press("ControlOrMeta+A");
      await page.keyboard.insertText(text);
      // The editor may have inserted a closing bracket after the cursor.
      await page.keyboard.press("ControlOrMeta+Shift+End");
      await page.keyboard.press("Delete");
      await page.waitForFunction(isStored, editor);
    },
    stored: async (key) => {
      const { origins } = await context.storageState();
      const entries = origins.flatMap(({ localStorage }) => localStorage);
      return entries.find(({ name }) => name === `graphiql:${key}`)?.value ?? "";
    },
    goto: (next) => ready(page, () => page.goto(next)),
    reload: () => ready(page, () => page.reload()),
    close: () => context.close(),
  };
  try {
    await ready(page, () => page.goto(url));
    return playground;
  } catch (error) {
    await context.close();
    throw error;
  }
}

/** Loads the page and waits until the editors are ready and the schema is requested. */
async function ready(page: Page, load: () => Promise<unknown>): Promise<void> {
  const introspected = page.waitForResponse((response) => response.request().postData()?.includes("__schema") === true);
  await Promise.all([introspected, load()]);
  await page.locator(".graphiql-query-editor .view-line").first().waitFor();
  await page.locator(".graphiql-editor-tool .monaco-editor").first().waitFor();
  await page.locator(".graphiql-response .monaco-editor").waitFor();
}

/** GraphiQL empties the result pane when a run starts. */
async function answeredText(page: Page): Promise<string> {
  await page.waitForFunction(textOf, "response" as const);
  return page.evaluate(textOf, "response" as const);
}

/**
 * Runs in the page. Whether GraphiQL has taken note of an editor's text, which it does up to half a second after a change: before
 * that it runs a tab under the former tab's operation name, and forgets an edit when tabs change.
 */
function isStored(editor: EditorName): boolean {
  const { __MONACO: monaco, localStorage } = globalThis as unknown as PageGlobals;
  const [file, key] = editor === "operation" ? ["operation.graphql", "query"] : [`${editor}.json`, editor];
  const shown = monaco.editor
    .getModels()
    .find(({ uri }) => uri.path.endsWith(file))
    ?.getValue();
  return shown === (localStorage.getItem(`graphiql:${key}`) ?? "");
}

/** Runs in the page. An editor renders only the lines in view, so the text is taken from its model. */
function textOf(editor: EditorName): string {
  const { __MONACO: monaco } = globalThis as unknown as PageGlobals;
  const file = editor === "operation" ? "operation.graphql" : `${editor}.json`;
  return (
    monaco.editor
      .getModels()
      .find(({ uri }) => uri.path.endsWith(file))
      ?.getValue() ?? ""
  );
}
