import { chromium, type Browser } from "playwright-core";
import { findChromium, HOW_TO_GET_CHROMIUM } from "./chromium.js";
import { CHROMIUM_ARGUMENTS } from "./watch-page.js";

let launched: Promise<Browser> | undefined;

/**
 * Returns the Chromium of this test process, launched at first use. Its contexts have separate storage, cookies and caches, as
 * separate browsers have. Playwright ends it with the process.
 *
 * @throws where there is no Chromium
 */
export function sharedBrowser(): Promise<Browser> {
  return (launched ??= launch());
}

async function launch(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(`no Chromium was found; ${HOW_TO_GET_CHROMIUM}`);
  return chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS] });
}
