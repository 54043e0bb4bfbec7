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
import { migrate } from "#src/store/schema/migrate.js";
import { DEFAULT_SEED } from "../seed/seed-options.js";
import { seedStudies } from "../seed/seed-studies.js";
import { measure, type Load, type Measured } from "./api/measure.js";
import { ACROSS, BROWSE, CONSTANT, DIAGNOSE, RAW_ACROSS, RAW_BROWSE, RAW_DIAGNOSE } from "./api/operations.js";
import { serveConstant, servePostgraphile, serveRankscope } from "./api/servers.js";

const PAGE = 50;
const COMPARED = 100;

type Operation = "Browse" | "Across" | "Diagnose";
const OPERATIONS: readonly Operation[] = ["Browse", "Across", "Diagnose"];

interface Size {
  readonly studies: number;
  readonly operations: Record<Operation, Pair>;
}

interface Pair {
  readonly rankscope: Measured;
  readonly postgraphile: Measured | undefined;
}

const slug = (n: number) => `seeded-${String(n).padStart(6, "0")}`;

async function measureSize(studies: number, folder: string, requests: number): Promise<Size> {
  const dataDirectory = path.join(folder, String(studies));
  await mkdir(dataDirectory, { recursive: true });
  const postgres = await startEmbeddedPostgres({ dataDirectory, purpose: "bench", log: openLog("warn") });
  try {
    await fill(postgres.url, studies);
    const rankscope = await serveRankscope(postgres.url);
    const postgraphile = await servePostgraphile(postgres.url);
    const both = async (requested: number, own: Omit<Load, "url">, raw: Omit<Load, "url">): Promise<Pair> => {
      const loads = [{ url: rankscope.url, ...own }, ...(postgraphile ? [{ url: postgraphile.url, ...raw }] : [])];
      const [first, second] = await measure(loads, { requests: requested });
      if (first === undefined) throw new Error("nothing was measured");
      return { rankscope: first, postgraphile: second };
    };
    try {
      const one = (i: number) => ({ slug: slug((i * 37) % studies) });
      const several = (i: number) => ({
        slugs: Array.from({ length: Math.min(COMPARED, studies) }, (_, k) => slug((i * 37 + k * 11) % studies)),
        metric: "TRAINING_LOSS",
      });
      const page = () => ({ first: PAGE });
      const first = () => ({ first: Math.min(COMPARED, studies) });
      return {
        studies,
        operations: {
          Browse: await both(requests, { query: BROWSE, variables: page }, { query: RAW_BROWSE, variables: page }),
          Across: await both(
            Math.ceil(requests / 4),
            { query: ACROSS, variables: several },
            { query: RAW_ACROSS, variables: first },
          ),
          Diagnose: await both(requests, { query: DIAGNOSE, variables: one }, { query: RAW_DIAGNOSE, variables: one }),
        },
      };
    } finally {
      await Promise.all([rankscope.close(), postgraphile?.close()]);
    }
  } finally {
    await postgres.stop();
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
  console.log("\nHow p95 grows, and the logarithm of the number of studies beside it:");
  for (const { studies, operations } of rest) {
    const grown = OPERATIONS.map(
      (operation) =>
        `${operation} ${(operations[operation].rankscope.p95 / first.operations[operation].rankscope.p95).toFixed(2)}`,
    );
    const logarithm = Math.log(studies) / Math.log(first.studies);
    console.log(`${first.studies} to ${studies}: ${grown.join(", ")}; logarithm ${logarithm.toFixed(2)}`);
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
  const server = await serveConstant();
  const [constant] = await measure([{ url: server.url, query: CONSTANT, variables: () => ({}) }], {
    requests: requests * 5,
  }).finally(() => server.close());
  if (constant === undefined) throw new Error("nothing was measured");
  const measured: Size[] = [];
  for (const studies of sizes) measured.push(await measureSize(studies, folder, requests));
  print(measured, constant);
} finally {
  if (values.data === undefined) await rm(folder, { recursive: true });
}
