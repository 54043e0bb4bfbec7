import { chromium, type Browser } from "playwright-core";
import { afterAll } from "vitest";
import { findChromium, HOW_TO_GET_CHROMIUM } from "./chromium.js";
import { CHROMIUM_ARGUMENTS } from "./watch-page.js";

let launched: Promise<Browser> | undefined;

/**
 * The one Chromium of the test file that imports this, launched at first use and closed at the file's end. A context of it has
 * storage, cookies and cache of its own, as a browser has.
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

afterAll(async () => (await launched)?.close());
