import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { findChromium, missingChromium } from "../support/chromium.js";

let folder: string;
let browser: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-chromium-"));
  browser = path.join(folder, "google-chrome");
  await writeFile(browser, "");
  await chmod(browser, 0o755);
});
afterAll(() => rm(folder, { recursive: true }));

/** A platform without default locations, so that the test does not find a browser of this machine. */
const NOWHERE = "aix";

test("the environment variable takes precedence over the PATH, which is searched for the usual names", () => {
  const PATH = ["/nowhere", folder].join(path.delimiter);
  expect(findChromium({ PATH }, NOWHERE)).toBe(browser);
  expect(findChromium({ PATH, RANKSCOPE_CHROMIUM: process.execPath }, NOWHERE)).toBe(process.execPath);
});

test("a variable without an executable is an error, even if another browser exists", () => {
  expect(() => findChromium({ PATH: folder, RANKSCOPE_CHROMIUM: "/nowhere/chromium" }, NOWHERE)).toThrow(
    "/nowhere/chromium",
  );
});

test("a missing browser skips tests with installation instructions, and is an error in CI", () => {
  expect(missingChromium({ PATH: folder }, NOWHERE)).toBeUndefined();
  expect(missingChromium({ PATH: "" }, NOWHERE)).toContain("apt-get install chromium");
  expect(() => missingChromium({ PATH: "", CI: "true" }, NOWHERE)).toThrow("apt-get install chromium");
});
