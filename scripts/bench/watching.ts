// `npm run bench:watching -- --requests 400`: measures the cost of metrics and traces, as ratios to the same server without
// them. The servers alternate on one database. All requests are traced, and spans are exported to a collector in this process.
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { openLog } from "#src/log.js";
import { openDatabase } from "#src/store/database.js";
import { startEmbeddedPostgres } from "#src/store/embedded/start.js";
import { migrate } from "#src/store/schema/migrate.js";
import { DEFAULT_SEED } from "../seed/seed-options.js";
import { seedStudies } from "../seed/seed-studies.js";
import { measure } from "./api/measure.js";
import { BROWSE, DIAGNOSE } from "./api/operations.js";
import { serveRankscope, serveWithoutMetrics } from "./api/servers.js";
import { print } from "./print.js";

const STUDIES = 100;
/** Maximum time to measure one operation on all servers. */
const OPERATION_SECONDS = 60;

const { values } = parseArgs({ options: { requests: { type: "string" } } });
const requests = Number(values.requests ?? "400");
if (!Number.isInteger(requests) || requests < 1) {
  console.error("usage: npm run bench:watching -- [--requests 400]");
  process.exit(2);
}

const folder = await mkdtemp(path.join(tmpdir(), "rankscope-bench-"));
let exportedBytes = 0;
const collector = createServer((request, response) => {
  request.on("data", (chunk: Buffer) => (exportedBytes += chunk.length)).on("end", () => response.end());
}).listen(0, "127.0.0.1");
const postgres = await startEmbeddedPostgres({ dataDirectory: folder, purpose: "bench", log: openLog("warn") });
try {
  await migrate(postgres.url);
  const database = openDatabase(postgres.url, { applicationName: "bench seed", maxConnections: 2 });
  await seedStudies(database, { ...DEFAULT_SEED, studies: STUDIES }).finally(() => database.close());
  const endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}`;
  const servers = await Promise.all([
    serveWithoutMetrics(postgres.url),
    serveRankscope(postgres.url),
    serveRankscope(postgres.url, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }),
  ]);
  try {
    const slug = (i: number) => `seeded-${String((i * 37) % STUDIES).padStart(6, "0")}`;
    const operations = [
      ["Browse", BROWSE, () => ({ first: 50 })],
      ["Diagnose", DIAGNOSE, (i: number) => ({ slug: slug(i) })],
    ] as const;
    const rows = [["", "p50", "metrics", "metrics and traces", "requests/s", "metrics", "metrics and traces"]];
    for (const [name, query, variables] of operations) {
      const measured = await measure(
        servers.map(({ url }) => ({ url, query, variables })),
        { requests, seconds: OPERATION_SECONDS },
      );
      const [baseline] = measured;
      if (baseline === undefined) throw new Error("nothing was measured");
      const times = measured.slice(1).map(({ p50 }) => `${(p50 / baseline.p50).toFixed(2)} x`);
      const rates = measured.slice(1).map(({ throughput }) => `${(throughput / baseline.throughput).toFixed(2)} x`);
      rows.push([name, `${baseline.p50.toFixed(2)} ms`, ...times, baseline.throughput.toFixed(0), ...rates]);
    }
    print(
      "Cost of metrics and traces",
      `relative to a server without them; ${(exportedBytes / 1024).toFixed(0)} KiB of spans`,
      rows,
    );
  } finally {
    await Promise.all(servers.map((server) => server.close()));
  }
} finally {
  await postgres.stop();
  collector.close();
  collector.closeAllConnections();
  await rm(folder, { recursive: true });
}
