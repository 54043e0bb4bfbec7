import { accessSync, constants, statSync } from "node:fs";
import path from "node:path";

/** In order of preference. A headless shell has no windows, and takes half of the processor time. */
const NAMES = [
  "chromium-headless-shell",
  "chrome-headless-shell",
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "chrome.exe",
  "msedge.exe",
];

/** Usual locations outside the PATH, by platform. */
const PLACES: Partial<Record<NodeJS.Platform, (environment: NodeJS.ProcessEnv) => readonly string[]>> = {
  linux: () => [
    "/usr/lib/chromium/chromium",
    "/usr/lib/chromium-browser/chromium-browser",
    "/opt/google/chrome/google-chrome",
    "/snap/bin/chromium",
  ],
  darwin: ({ HOME = "" }) =>
    ["Google Chrome", "Chromium"].flatMap((name) =>
      ["/Applications", `${HOME}/Applications`].map((folder) => `${folder}/${name}.app/Contents/MacOS/${name}`),
    ),
  win32: (environment) =>
    ["ProgramFiles", "ProgramFiles(x86)", "LOCALAPPDATA"].flatMap((name) => {
      const folder = environment[name];
      if (folder === undefined) return [];
      return [
        path.win32.join(folder, "Google/Chrome/Application/chrome.exe"),
        path.win32.join(folder, "Chromium/Application/chrome.exe"),
      ];
    }),
};

/** How to install a browser. */
export const HOW_TO_GET_CHROMIUM =
  "install one (Debian: apt-get install chromium) or name its executable in RANKSCOPE_CHROMIUM";

/**
 * Returns the executable of Chromium: RANKSCOPE_CHROMIUM, else the first found on the PATH or in the usual locations; undefined
 * if there is none.
 *
 * @throws if RANKSCOPE_CHROMIUM cannot be executed; it is not silently replaced
 */
export function findChromium(
  environment: NodeJS.ProcessEnv = process.env,
  platform = process.platform,
): string | undefined {
  const wanted = environment["RANKSCOPE_CHROMIUM"];
  if (wanted) {
    if (!isExecutable(wanted)) throw new Error(`RANKSCOPE_CHROMIUM names ${wanted}, which is no executable file`);
    return wanted;
  }
  const folders = (environment["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  const onPath = folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name)));
  return [...onPath, ...(PLACES[platform]?.(environment) ?? [])].find(isExecutable);
}

/**
 * Returns why browser tests are skipped; undefined if they can run.
 *
 * @throws in CI if there is no browser, because skipped tests would hide a broken page
 */
export function missingChromium(
  environment: NodeJS.ProcessEnv = process.env,
  platform = process.platform,
): string | undefined {
  if (findChromium(environment, platform) !== undefined) return undefined;
  if (environment["CI"] === "true") throw new Error(`browser tests need a Chromium: ${HOW_TO_GET_CHROMIUM}`);
  return `skipped: no Chromium was found; ${HOW_TO_GET_CHROMIUM}`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
