// `npm run bench:api -- --sizes 200,2000,20000 --requests 200 --data folder`: compares the API with PostGraphile on the same
// rows and with an Apollo server that returns a constant, and shows how times grow with the number of studies. Compare the
// ratios; times depend on the machine and the moment. --data keeps the seeded databases for the next run.
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { openLog } from "#src/log.js";
import { openDatabase, type Database } from "#src/store/database.js";
import { startEmbeddedPostgres } from "#src/store/embedded/start.js";
import { migrate } from "#src/store/schema/migrate.js";
import { DEFAULT_SEED } from "../seed/seed-options.js";
import { seedStudies } from "../seed/seed-studies.js";
import { measure, type Load, type Measured } from "./api/measure.js";
import {
  ACROSS,
  BROWSE,
  CONSTANT,
  DIAGNOSE,
  POSTGRAPHILE_ACROSS,
  POSTGRAPHILE_BROWSE,
  POSTGRAPHILE_DIAGNOSE,
} from "./api/operations.js";
import { serveConstant, servePostgraphile, serveRankscope, type BenchServer } from "./api/servers.js";

const PAGE_SIZE = 50;
const COMPARED_STUDIES = 100;
/** Progress of seeding is printed after this many studies. */
const PROGRESS_STUDIES = 500;
/** Maximum time to measure one operation on both servers. */
const OPERATION_SECONDS = 60;

type Operation = "Browse" | "Across" | "Diagnose";
const OPERATIONS: readonly Operation[] = ["Browse", "Across", "Diagnose"];

interface Size {
  readonly studies: number;
  readonly operations: Record<Operation, Comparison>;
}

interface Comparison {
  readonly rankscope: Measured;
  /** Undefined if PostGraphile is not installed. */
  readonly postgraphile: Measured | undefined;
}

const slug = (n: number) => `seeded-${String(n).padStart(6, "0")}`;

async function measureSize(studies: number, folder: string, requests: number): Promise<Size> {
  const dataDirectory = path.join(folder, String(studies));
  await mkdir(dataDirectory, { recursive: true });
  const postgres = await startEmbeddedPostgres({ dataDirectory, purpose: "bench", log: openLog("warn") });
  const database = openDatabase(postgres.url, { applicationName: "bench", maxConnections: 2 });
  try {
    await fill(database, postgres.url, studies);
    const rankscope = await serveRankscope(postgres.url);
    const postgraphile = await servePostgraphile(postgres.url);
    try {
      const operations = await compareOperations({ rankscope, postgraphile }, studies, requests);
      await reportPending(database);
      return { studies, operations };
    } finally {
      await Promise.all([rankscope.close(), postgraphile?.close()]);
    }
  } finally {
    await database.close();
    await postgres.stop();
  }
}

interface ComparedServers {
  readonly rankscope: BenchServer;
  /** Undefined if PostGraphile is not installed. */
  readonly postgraphile: BenchServer | undefined;
}

/** Measures each operation on both servers in alternation. */
async function compareOperations(
  { rankscope, postgraphile }: ComparedServers,
  studies: number,
  requests: number,
): Promise<Size["operations"]> {
  const oneStudy = (i: number) => ({ slug: slug((i * 37) % studies) });
  const manyStudies = (i: number) => ({
    slugs: Array.from({ length: Math.min(COMPARED_STUDIES, studies) }, (_, k) => slug((i * 37 + k * 11) % studies)),
    metric: "TRAINING_LOSS",
  });
  const firstPage = () => ({ first: PAGE_SIZE });
  const firstStudies = () => ({ first: Math.min(COMPARED_STUDIES, studies) });

  async function compare(
    operation: Operation,
    count: number,
    own: Omit<Load, "url">,
    other: Omit<Load, "url">,
  ): Promise<Comparison> {
    console.log(`${studies} studies: measuring ${operation} with ${count} requests`);
    const loads = [{ url: rankscope.url, ...own }];
    if (postgraphile !== undefined) loads.push({ url: postgraphile.url, ...other });
    const [first, second] = await measure(loads, { requests: count, seconds: OPERATION_SECONDS });
    if (first === undefined) throw new Error("nothing was measured");
    return { rankscope: first, postgraphile: second };
  }

  return {
    Browse: await compare(
      "Browse",
      requests,
      { query: BROWSE, variables: firstPage },
      { query: POSTGRAPHILE_BROWSE, variables: firstPage },
    ),
    Across: await compare(
      "Across",
      Math.ceil(requests / 4),
      { query: ACROSS, variables: manyStudies },
      { query: POSTGRAPHILE_ACROSS, variables: firstStudies },
    ),
    Diagnose: await compare(
      "Diagnose",
      requests,
      { query: DIAGNOSE, variables: oneStudy },
      { query: POSTGRAPHILE_DIAGNOSE, variables: oneStudy },
    ),
  };
}

/** Migrates the database and adds studies until it has `studies`. */
async function fill(database: Database, url: string, studies: number): Promise<void> {
  await migrate(url);
  const [stored] = await database.sql<{ n: number }[]>`select count(*)::int as n from study`;
  const missing = studies - (stored?.n ?? 0);
  if (missing <= 0) return;
  await seedStudies(database, { ...DEFAULT_SEED, studies: missing }, (done) => {
    if (done % PROGRESS_STUDIES === 0 || done === missing) console.log(`${done} of ${missing} studies are seeded`);
  });
}

/** Says if an operation needed facts that the generated studies lack. No worker runs, so its answers were incomplete. */
async function reportPending({ sql }: Database): Promise<void> {
  const [queued] = await sql<{ key: string }[]>`select key from job_fact limit 1`;
  if (queued !== undefined) {
    console.log(`Answers were incomplete: the generated studies lack facts that an operation requests: ${queued.key}`);
  }
}

function print(sizes: readonly Size[], constant: Measured): void {
  const ms = (value: number) => value.toFixed(1).padStart(8);
  console.log(
    `\nAn Apollo server that returns a constant: p50 ${constant.p50.toFixed(2)} ms, ${constant.throughput.toFixed(0)} requests/s.`,
  );
  console.log(
    "\nstudies  operation   p50 ms   p95 ms  requests/s  p50 / constant  p50 / PostGraphile  requests/s / PostGraphile",
  );
  for (const { studies, operations } of sizes) {
    for (const operation of OPERATIONS) {
      const { rankscope, postgraphile: other } = operations[operation];
      const { p50, p95, throughput } = rankscope;
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
  console.log("\nGrowth of p95, compared with the growth of the logarithm of the number of studies:");
  for (const { studies, operations } of rest) {
    const growth = OPERATIONS.map((operation) => {
      const ratio = operations[operation].rankscope.p95 / first.operations[operation].rankscope.p95;
      return `${operation} ${ratio.toFixed(2)}`;
    });
    const logarithm = Math.log(studies) / Math.log(first.studies);
    console.log(`${first.studies} to ${studies}: ${growth.join(", ")}; logarithm ${logarithm.toFixed(2)}`);
  }
  if (sizes.some(({ operations }) => operations.Browse.postgraphile === undefined)) {
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
  console.log("measuring an Apollo server that returns a constant");
  const server = await serveConstant();
  const [constant] = await measure([{ url: server.url, query: CONSTANT, variables: () => ({}) }], {
    requests: requests * 5,
    seconds: OPERATION_SECONDS,
  }).finally(() => server.close());
  if (constant === undefined) throw new Error("nothing was measured");
  const measured: Size[] = [];
  for (const studies of sizes) measured.push(await measureSize(studies, folder, requests));
  print(measured, constant);
} finally {
  if (values.data === undefined) await rm(folder, { recursive: true });
}
