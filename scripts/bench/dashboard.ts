// `npm run bench:dashboard -- --studies 2500 --frames 600`: scrolls all experiments of a seeded store in Chromium, once while
// they are loaded and once when they are, beside an empty element of the same height: what counts is how many more frames are
// late than the browser's own. Then the sizes of the files that a browser fetches.
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { gzipSync } from "node:zlib";
import { chromium, type Page } from "playwright-core";
import { openLog } from "#src/log.js";
import { openDatabase } from "#src/store/database.js";
import { startEmbeddedPostgres } from "#src/store/embedded/start.js";
import { migrate } from "#src/store/schema/migrate.js";
import { findChromium, HOW_TO_GET_CHROMIUM } from "../../tests/support/chromium.js";
import { CHROMIUM_ARGUMENTS } from "../../tests/support/watch-page.js";
import { seedStudies } from "../seed/seed-studies.js";
import { serveRankscope } from "./api/servers.js";
import { median, print } from "./print.js";

const RUNS_OF_A_STUDY = 8;
/** Milliseconds; a frame that took longer is seen to stutter. */
const LATE = 50;
const ASSETS = fileURLToPath(new URL("../../dist/web/dashboard/assets", import.meta.url));

interface Scrolled {
  /** Milliseconds between frames. */
  readonly frames: readonly number[];
  /** The most rows that were elements at once. */
  readonly rows: number;
}

/** Pixels a frame at a quick, steady turn of the wheel: some 5,800 a second. */
const STEADY = 96;

/** Scrolls the page's region from the top in so many frames: by `pixels` in each, or else to the bottom. */
function scroll(page: Page, frames: number, pixels?: number): Promise<Scrolled> {
  return page.evaluate<Scrolled>(`new Promise((resolve) => {
    const region = document.querySelector(".table-region");
    region.scrollTop = 0;
    const step = ${pixels ?? `(region.scrollHeight - region.clientHeight) / ${frames}`};
    const taken = [];
    let rows = 0, last;
    const next = (now) => {
      if (last !== undefined) taken.push(now - last);
      last = now;
      rows = Math.max(rows, region.querySelectorAll("tr.row").length);
      if (taken.length >= ${frames}) return resolve({ frames: taken, rows });
      region.scrollTop += step;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  })`);
}

function row(name: string, { frames, rows }: Scrolled): string[] {
  const late = frames.filter((frame) => frame > LATE).length;
  const share = `${((100 * late) / frames.length).toFixed(1)} %`;
  return [name, String(frames.length), share, median(frames).toFixed(1), Math.max(...frames).toFixed(0), String(rows)];
}

async function measure(address: string, runs: number, frames: number): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(`no Chromium was found; ${HOW_TO_GET_CHROMIUM}`);
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    await page.goto(new URL("/dashboard/experiments", address).href);
    await page.locator("tr.row data").first().waitFor();
    const loading = await scroll(page, frames);
    await page
      .locator(`tr[aria-rowindex="${runs + 1}"] data`)
      .first()
      .waitFor({ timeout: 120_000 });
    const loaded = await scroll(page, frames);
    const steady = await scroll(page, frames, STEADY);
    const height = await page.evaluate<number>('document.querySelector(".table-region").scrollHeight');
    await page.setContent(
      `<div class="table-region" style="height: 600px; overflow: auto"><div style="height: ${height}px"></div></div>`,
    );
    const empty = await scroll(page, frames);
    print(`Scrolling ${runs} experiments`, `late: over ${LATE} ms`, [
      ["", "frames", "late", "median, ms", "longest, ms", "most rows"],
      row("to the bottom, while they load", loading),
      row("to the bottom, loaded", loaded),
      row(`${STEADY} pixels a frame`, steady),
      row("an empty element, to the bottom", empty),
    ]);
  } finally {
    await browser.close();
  }
}

async function sizes(): Promise<void> {
  const files = (await readdir(ASSETS)).sort();
  const rows = await Promise.all(
    files.map(async (file) => {
      const content = await readFile(path.join(ASSETS, file));
      const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);
      return [file, kilobytes(content.length), kilobytes(gzipSync(content, { level: 9 }).length)];
    }),
  );
  print("Files of the dashboard", "kB", [["", "as it is", "gzip"], ...rows]);
}

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { studies: text, frames: text } });
const [studies, frames] = [Number(values.studies ?? 2500), Number(values.frames ?? 600)];
const dataDirectory = await mkdtemp(path.join(tmpdir(), "rankscope-bench-"));
const postgres = await startEmbeddedPostgres({ dataDirectory, purpose: "bench", log: openLog("warn") });
try {
  await migrate(postgres.url);
  const database = openDatabase(postgres.url, { applicationName: "bench", maxConnections: 2 });
  await seedStudies(database, { studies, experiments: RUNS_OF_A_STUDY, layers: 0, points: 0 });
  await database.close();
  const server = await serveRankscope(postgres.url);
  try {
    await measure(server.url, studies * RUNS_OF_A_STUDY, frames);
  } finally {
    await server.close();
  }
} finally {
  await postgres.stop();
  await rm(dataDirectory, { recursive: true });
}
await sizes();
