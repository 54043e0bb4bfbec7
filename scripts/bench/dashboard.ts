// `npm run bench:dashboard -- --studies 2500 --frames 600`: scrolls the list of all experiments of a seeded store in Chromium,
// while they load and afterwards, and an empty element of the same height for comparison. Counts the late frames. Then prints
// the sizes of the dashboard's files.
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

const EXPERIMENTS_PER_STUDY = 8;
/** Frames that take longer are late: users notice the delay. */
const LATE_MILLISECONDS = 50;
const ASSETS = fileURLToPath(new URL("../../dist/web/dashboard/assets", import.meta.url));

interface Scrolled {
  /** Times between frames in milliseconds. */
  readonly frames: readonly number[];
  /** Maximum number of rows that had elements at the same time. */
  readonly maxRows: number;
}

/** Pixels per frame of fast, steady scrolling with a wheel: about 5,800 per second. */
const WHEEL_PIXELS = 96;

/** Scrolls the page's region from the top in `frames` frames: by `pixels` in each, or to the bottom if not given. */
function scroll(page: Page, frames: number, pixels?: number): Promise<Scrolled> {
  return page.evaluate<Scrolled>(`new Promise((resolve) => {
    const region = document.querySelector(".table-region");
    region.scrollTop = 0;
    const step = ${pixels ?? `(region.scrollHeight - region.clientHeight) / ${frames}`};
    const times = [];
    let maxRows = 0;
    let last;
    const next = (now) => {
      if (last !== undefined) times.push(now - last);
      last = now;
      maxRows = Math.max(maxRows, region.querySelectorAll("tr.row").length);
      if (times.length >= ${frames}) return resolve({ frames: times, maxRows });
      region.scrollTop += step;
      requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  })`);
}

function row(name: string, { frames, maxRows }: Scrolled): string[] {
  const late = frames.filter((frame) => frame > LATE_MILLISECONDS).length;
  return [
    name,
    String(frames.length),
    `${((100 * late) / frames.length).toFixed(1)} %`,
    median(frames).toFixed(1),
    Math.max(...frames).toFixed(0),
    String(maxRows),
  ];
}

async function measure(address: string, experiments: number, frames: number): Promise<void> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error(`Chromium was not found; ${HOW_TO_GET_CHROMIUM}`);
  const browser = await chromium.launch({ executablePath, args: [...CHROMIUM_ARGUMENTS] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 } });
    await page.goto(new URL("/dashboard/experiments", address).href);
    await page.locator("tr.row data").first().waitFor();
    const loading = await scroll(page, frames);
    await page
      .locator(`tr[aria-rowindex="${experiments + 1}"] data`)
      .first()
      .waitFor({ timeout: 120_000 });
    const loaded = await scroll(page, frames);
    const steady = await scroll(page, frames, WHEEL_PIXELS);
    const height = await page.evaluate<number>('document.querySelector(".table-region").scrollHeight');
    await page.setContent(
      `<div class="table-region" style="height: 600px; overflow: auto"><div style="height: ${height}px"></div></div>`,
    );
    const empty = await scroll(page, frames);
    print(`Scrolling ${experiments} experiments`, `late: over ${LATE_MILLISECONDS} ms`, [
      ["", "frames", "late", "median, ms", "maximum, ms", "maximum rows"],
      row("to the bottom, while they load", loading),
      row("to the bottom, loaded", loaded),
      row(`${WHEEL_PIXELS} pixels per frame`, steady),
      row("an empty element, to the bottom", empty),
    ]);
  } finally {
    await browser.close();
  }
}

/** Prints the sizes of the dashboard's files, uncompressed and compressed. */
async function printSizes(): Promise<void> {
  const files = (await readdir(ASSETS)).sort();
  const rows = await Promise.all(
    files.map(async (file) => {
      const content = await readFile(path.join(ASSETS, file));
      const kilobytes = (bytes: number) => (bytes / 1000).toFixed(1);
      return [file, kilobytes(content.length), kilobytes(gzipSync(content, { level: 9 }).length)];
    }),
  );
  print("Files of the dashboard", "kB", [["", "uncompressed", "gzip"], ...rows]);
}

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { studies: text, frames: text } });
const studies = Number(values.studies ?? 2500);
const frames = Number(values.frames ?? 600);
const dataDirectory = await mkdtemp(path.join(tmpdir(), "rankscope-bench-"));
const postgres = await startEmbeddedPostgres({ dataDirectory, purpose: "bench", log: openLog("warn") });
try {
  await migrate(postgres.url);
  const database = openDatabase(postgres.url, { applicationName: "bench", maxConnections: 2 });
  await seedStudies(database, { studies, experiments: EXPERIMENTS_PER_STUDY, layers: 0, points: 0 });
  await database.close();
  const server = await serveRankscope(postgres.url);
  try {
    await measure(server.url, studies * EXPERIMENTS_PER_STUDY, frames);
  } finally {
    await server.close();
  }
} finally {
  await postgres.stop();
  await rm(dataDirectory, { recursive: true });
}
await printSizes();
