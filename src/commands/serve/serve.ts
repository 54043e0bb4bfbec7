import path from "node:path";
import { fileURLToPath } from "node:url";
import { importStudy } from "../../jobs/import/import-study.js";
import { openServerMetrics } from "../../observe/open-metrics.js";
import { requireToken } from "../../http/access/require-token.js";
import { startServer } from "../../http/server.js";
import type { Database } from "../../store/database.js";
import { surviveLostConnections } from "../../store/survive-lost-connections.js";
import { countStudies, newestStudy } from "../../store/studies/studies.js";
import type { WeightStore } from "../../model/weight-store.js";
import { print, type Process } from "../process.js";
import { MAX_CONNECTIONS, openServices } from "./services.js";
import { nextStop } from "./stop-signal.js";

/** Beside dist/ in a checkout and in the published package alike. */
const EXAMPLE = fileURLToPath(new URL("../../../examples/reference-study", import.meta.url));

const PARTING_MILLISECONDS = 1000;
/**
 * Requests have ten seconds to end, workers fifteen, statements and PostgreSQL the rest. What takes longer hangs, and is
 * left to the next start, which recovers from a killed server too.
 */
const MOST_STOPPING_MILLISECONDS = 45_000;

/** Serves until SIGINT or SIGTERM, then lets running requests end and stops all that it started. */
export async function serve(command: Process): Promise<void> {
  const { config } = command;
  const stopped = nextStop(config);
  surviveLostConnections(command.log);
  const address = `http://${config.host}:${config.port}/`;
  const { services, weightStore, startWorkers, close } = await openServices(command, {
    purpose: "serve",
    exclusive: true,
    address,
    metrics: openServerMetrics(MAX_CONNECTIONS),
  });
  try {
    // Before anything is stored or started that a refusal would leave behind.
    await requireToken(services.database, config.host);
    startWorkers();
    if ((await countStudies(services.database)) === 0) await importExample(services.database, weightStore);
    const server = await startServer(services, config);
    print(...(await welcome(services.database, server.address)));
    print(`\n${await stopped}: stopping.`);
    const { drainMilliseconds } = config;
    setTimeout(giveUp, drainMilliseconds + MOST_STOPPING_MILLISECONDS, command).unref();
    await server.close(drainMilliseconds);
  } finally {
    await close();
    // All that was opened is closed. A connection to a database that died in the middle is not waited for.
    setTimeout(() => process.exit(), PARTING_MILLISECONDS).unref();
  }
}

function giveUp({ log }: Process): void {
  log.error("stopping took too long: the server ends as it is");
  process.exit(1);
}

async function importExample(database: Database, weights: WeightStore): Promise<void> {
  const { outcome } = await importStudy({ database, weights }, { folder: EXAMPLE });
  print(
    `The store was empty: imported the example study ${outcome.slug} from ${path.relative(".", EXAMPLE) || EXAMPLE}.`,
  );
}

async function welcome(database: Database, address: string): Promise<string[]> {
  const newest = await newestStudy(database);
  const slug = newest?.slug ?? "my-study";
  return [
    "",
    `Rankscope is at ${address}`,
    "",
    "Three things to try:",
    `  1. Open ${address}dashboard to look, or ${address} and run the first tab: a whole study's diagnosis in one query.`,
    `  2. npm run rankscope -- report ${slug}`,
    "  3. npm run rankscope -- import FOLDER   (your own runs: PEFT adapters, trainer_state.json, result tables)",
    "",
    "Ctrl-C stops it; the data is kept.",
  ];
}
