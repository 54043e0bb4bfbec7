// `npm run bench:api -- --sizes 200,2000,20000 --requests 200 --data folder`: the API against PostGraphile on the same rows and
// against an Apollo server that answers a constant, and how it grows with the number of studies. Ratios are what counts:
// the times are of this machine and this moment. With --data the seeded databases are kept, and used again.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { openLog } from "#src/log.js";
import { openDatabase } from "#src/store/database.js";
import { startEmbeddedPostgres } from "#src/store/embedded/start.js";
import { migrate } from "#src/store/migrate.js";
import { DEFAULT_SEED } from "../seed/seed-options.js";
import { seedStudies } from "../seed/seed-studies.js";
import { measure, type Measured } from "./api/measure.js";
import { ACROSS, BROWSE, CONSTANT, DIAGNOSE, RAW_ACROSS, RAW_BROWSE, RAW_DIAGNOSE } from "./api/operations.js";
import { serveConstant, servePostgraphile, serveRankscope, type BenchServer } from "./api/servers.js";

const PAGE = 50;
const COMPARED = 100;

type Operation = "Browse" | "Across" | "Diagnose";
const OPERATIONS: readonly Operation[] = ["Browse", "Across", "Diagnose"];

interface Size {
  readonly studies: number;
  readonly rankscope: Record<Operation, Measured>;
  readonly postgraphile: Record<Operation, Measured> | undefined;
}

const slug = (n: number) => `seeded-${String(n).padStart(6, "0")}`;

async function measureSize(studies: number, folder: string, requests: number): Promise<Size> {
  const dataDirectory = path.join(folder, String(studies));
  await mkdir(dataDirectory, { recursive: true });
  const postgres = await startEmbeddedPostgres({ dataDirectory, purpose: "bench", log: openLog("warn") });
  try {
    await fill(postgres.url, studies);
    // One server at a time: idle ones would still hold memory and connections.
    const rankscope = await withServer(await serveRankscope(postgres.url), async ({ url }) => ({
      Browse: await measure({ url, query: BROWSE, variables: () => ({ first: PAGE }) }, { requests }),
      Across: await measure(
        {
          url,
          query: ACROSS,
          variables: (i) => ({
            slugs: Array.from({ length: Math.min(COMPARED, studies) }, (_, k) => slug((i * 37 + k * 11) % studies)),
            metric: "TRAINING_LOSS",
          }),
        },
        { requests: Math.ceil(requests / 4) },
      ),
      Diagnose: await measure(
        { url, query: DIAGNOSE, variables: (i) => ({ slug: slug((i * 37) % studies) }) },
        { requests },
      ),
    }));
    const server = await servePostgraphile(postgres.url);
    const postgraphile =
      server &&
      (await withServer(server, async ({ url }) => ({
        Browse: await measure({ url, query: RAW_BROWSE, variables: () => ({ first: PAGE }) }, { requests }),
        Across: await measure(
          { url, query: RAW_ACROSS, variables: () => ({ first: Math.min(COMPARED, studies) }) },
          { requests: Math.ceil(requests / 4) },
        ),
        Diagnose: await measure(
          { url, query: RAW_DIAGNOSE, variables: (i) => ({ slug: slug((i * 37) % studies) }) },
          { requests },
        ),
      })));
    return { studies, rankscope, postgraphile };
  } finally {
    await postgres.stop();
  }
}

async function withServer<Result>(
  server: BenchServer,
  work: (server: BenchServer) => Promise<Result>,
): Promise<Result> {
  try {
    return await work(server);
  } finally {
    await server.close();
  }
}

async function fill(url: string, studies: number): Promise<void> {
  await migrate(url);
  const database = openDatabase(url, { applicationName: "bench seed", maxConnections: 2 });
  try {
    const [stored] = await database.sql<{ n: number }[]>`select count(*)::int as n from study`;
    const missing = studies - (stored?.n ?? 0);
    if (missing > 0) await seedStudies(database, { ...DEFAULT_SEED, studies: missing });
  } finally {
    await database.close();
  }
}

function print(sizes: readonly Size[], constant: Measured): void {
  const ms = (value: number) => value.toFixed(1).padStart(8);
  console.log(
    `\nAn Apollo server that answers a constant: p50 ${constant.p50.toFixed(2)} ms, ${constant.throughput.toFixed(0)} requests a second.`,
  );
  console.log(
    "\nstudies  operation   p50 ms   p95 ms  requests/s  p50 / constant  p50 / PostGraphile  requests/s / PostGraphile",
  );
  for (const { studies, rankscope, postgraphile } of sizes) {
    for (const operation of OPERATIONS) {
      const { p50, p95, throughput } = rankscope[operation];
      const other = postgraphile?.[operation];
      const ratios = [
        (p50 / constant.p50).toFixed(1).padStart(14),
        (other === undefined ? "-" : (p50 / other.p50).toFixed(2)).padStart(18),
        (other === undefined ? "-" : (throughput / other.throughput).toFixed(2)).padStart(25),
      ];
      const own = [ms(p50), ms(p95), throughput.toFixed(0).padStart(10)];
      console.log(`${String(studies).padStart(7)}  ${operation.padEnd(9)} ${[...own, ...ratios].join("  ")}`);
    }
  }
  const [first, ...rest] = sizes;
  if (first === undefined || rest.length === 0) return;
  console.log("\nHow p95 grows, and the logarithm of the number of studies beside it:");
  for (const { studies, rankscope } of rest) {
    const grown = OPERATIONS.map(
      (operation) => `${operation} ${(rankscope[operation].p95 / first.rankscope[operation].p95).toFixed(2)}`,
    );
    const logarithm = Math.log(studies) / Math.log(first.studies);
    console.log(`${first.studies} to ${studies}: ${grown.join(", ")}; logarithm ${logarithm.toFixed(2)}`);
  }
  if (sizes.some(({ postgraphile }) => postgraphile === undefined)) {
    console.log("\nPostGraphile is not installed: npm install --prefix scripts/bench/postgraphile");
  }
}

const text = { type: "string" } as const;
const { values } = parseArgs({ options: { sizes: text, requests: text, data: text } });
const sizes = (values.sizes ?? "200,2000,20000").split(",").map(Number);
const requests = Number(values.requests ?? "200");
if (![...sizes, requests].every((n) => Number.isInteger(n) && n > 0)) {
  console.error("usage: npm run bench:api -- [--sizes 200,2000,20000] [--requests 200] [--data folder]");
  process.exit(2);
}
const folder = values.data ?? (await mkdtemp(path.join(tmpdir(), "rankscope-bench-")));
try {
  const constant = await withServer(await serveConstant(), ({ url }) =>
    measure({ url, query: CONSTANT, variables: () => ({}) }, { requests: requests * 5 }),
  );
  const measured: Size[] = [];
  for (const studies of sizes) measured.push(await measureSize(studies, folder, requests));
  print(measured, constant);
} finally {
  if (values.data === undefined) await rm(folder, { recursive: true });
}
