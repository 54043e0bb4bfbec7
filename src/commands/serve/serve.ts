import path from "node:path";
import { fileURLToPath } from "node:url";
import { describeEvaluationSet } from "../../import/evaluation-set/describe-evaluation-set.js";
import { SERVER_ACTOR } from "../../model/audit.js";
import { importStudy } from "../../jobs/import/import-study.js";
import { openRemovalLoop, type RemovalLoop } from "../../jobs/removal/removal-loop.js";
import { openServerMetrics } from "../../observe/open-metrics.js";
import { requireToken } from "../../http/access/require-token.js";
import { startServer } from "../../http/server.js";
import { saveEvaluationSet } from "../../store/evaluation-sets.js";
import type { Database } from "../../store/database.js";
import { surviveLostConnections } from "../../store/survive-lost-connections.js";
import { countStudies, newestStudy } from "../../store/studies/studies.js";
import type { WeightStore } from "../../model/weight-store.js";
import { print, printLines, type Process } from "../process.js";
import { MAX_CONNECTIONS, openServices } from "./services.js";
import { waitForStop } from "./stop-signal.js";

/** examples/ is next to dist/, in a checkout and in the published package. */
const EXAMPLE_SET = {
  name: "jargon",
  path: fileURLToPath(new URL("../../../examples/evaluation-sets/jargon.jsonl", import.meta.url)),
};
const EXAMPLE_FOLDER = fileURLToPath(new URL("../../../examples/reference-study", import.meta.url));

/** Maximum time from the end of shutdown to the end of the process. */
const EXIT_TIMEOUT_MILLISECONDS = 1000;
/**
 * Maximum time for shutdown after the drain: 10 s for requests, 15 s for workers, the rest for SQL statements and PostgreSQL. The
 * process then exits; the next start recovers as it does after a crash.
 */
const SHUTDOWN_TIMEOUT_MILLISECONDS = 45_000;

/** Runs the server until SIGINT or SIGTERM, then completes running requests and stops everything that it started. */
export async function serve(command: Process): Promise<void> {
  const { config } = command;
  const stopped = waitForStop(config);
  surviveLostConnections(command.log);
  const address = `http://${config.host}:${config.port}/`;
  const { services, weightStore, startWorkers, close } = await openServices(command, {
    purpose: "serve",
    exclusive: true,
    address,
    metrics: openServerMetrics(MAX_CONNECTIONS),
  });
  let removal: RemovalLoop | undefined;
  try {
    // A refused start must leave nothing behind, so this check precedes workers and the example.
    await requireToken(services.database, config.host);
    startWorkers();
    if ((await countStudies(services.database)) === 0) await importExample(services.database, weightStore);
    const server = await startServer(services, config);
    removal = openRemovalLoop({
      database: services.database,
      weights: weightStore,
      graceSeconds: config.deleteGraceSeconds,
      auditKeepSeconds: config.auditKeepSeconds,
      log: command.log,
    });
    printLines(await welcome(services.database, server.address));
    print("", `${await stopped}: stopping.`);
    const { drainMilliseconds } = config;
    setTimeout(abortShutdown, drainMilliseconds + SHUTDOWN_TIMEOUT_MILLISECONDS, command).unref();
    // Requests that wait for an import end with it, so that imports stop first.
    await Promise.all([removal.close(), services.imports.close(), server.close(drainMilliseconds)]);
  } finally {
    await removal?.close();
    await close();
    // A connection to a database that failed during shutdown would keep the process alive.
    setTimeout(() => process.exit(), EXIT_TIMEOUT_MILLISECONDS).unref();
  }
}

function abortShutdown({ log }: Process): void {
  log.error("shutdown timed out; the process exits without completing it");
  process.exit(1);
}

async function importExample(database: Database, weights: WeightStore): Promise<void> {
  const {
    outcomes: [outcome],
  } = await importStudy({ database, weights }, { folder: EXAMPLE_FOLDER });
  const set = await describeEvaluationSet(EXAMPLE_SET.path, EXAMPLE_SET.name);
  await saveEvaluationSet(database, { ...set, name: EXAMPLE_SET.name, ownDataOf: [] }, SERVER_ACTOR);
  print(
    `The store was empty. Imported the example study ${outcome.slug} from ${path.relative(".", EXAMPLE_FOLDER) || EXAMPLE_FOLDER}.`,
  );
}

async function welcome(database: Database, address: string): Promise<string[]> {
  const newest = await newestStudy(database);
  const slug = newest?.slug ?? "my-study";
  return [
    "",
    `Rankscope is at ${address}`,
    "",
    "Four things to try:",
    `  1. Open ${address}dashboard, or open ${address} and run the first tab: it diagnoses a study in one query.`,
    `  2. npm run rankscope -- report ${slug}`,
    `  3. npm run rankscope -- behaviour ${slug} --on ${EXAMPLE_SET.name}   (runs the models on an evaluation set)`,
    "  4. npm run rankscope -- import FOLDER   (your own runs: PEFT adapters, trainer_state.json, result tables)",
    "",
    "Ctrl-C stops the server. The data is kept.",
  ];
}
