import { statfs } from "node:fs/promises";
import express, { type Router, type RequestHandler } from "express";
import type { Log } from "../log.js";
import type { Connection } from "../store/connection.js";
import { databaseFailure } from "../store/database-failure.js";
import { missingMigrations } from "../store/schema/missing-migrations.js";

/** A database, or a pool of connections, that needs longer for a response counts as unreachable or exhausted. */
const TIMEOUT_MILLISECONDS = 3000;
/** With less free space on the disk of the data directory, imports and computed results soon fail. */
export const MIN_FREE_BYTES = 100 * 2 ** 20;

/** The parts of the server whose health is checked. */
export interface HealthSubjects {
  readonly database: Connection;
  /** The connections of requests. */
  readonly requests: Connection;
  /** The directory whose disk must have free space; undefined if the server keeps no files. */
  readonly filesAt?: string | undefined;
  /** MIN_FREE_BYTES by default. */
  readonly minFreeBytes?: number | undefined;
  readonly log: Log;
}

/**
 * Health checks for load balancers and process managers. They need no token and reveal nothing about studies. `/healthz`: the
 * process responds. `/readyz`: the server can answer queries, because the database is reachable and has the schema of this
 * version, a connection for requests is free, and the disk has MIN_FREE_BYTES; 503 otherwise, and while the server is stopping.
 */
export function health(subjects: HealthSubjects, { isStopping }: Pick<Drain, "isStopping">): Router {
  const router = express.Router();
  router.use(["/healthz", "/readyz"], (_request, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  });
  router.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });
  // Checks that arrive while one is running share its result: a busy database is not asked more often.
  let running: Promise<Readiness> | undefined;
  router.get("/readyz", async (_request, response) => {
    if (isStopping()) {
      response.status(503).json({ status: "stopping" });
      return;
    }
    running ??= readiness(subjects).finally(() => (running = undefined));
    const { database, disk } = await running;
    const isReady = database === "ready" && disk !== "full";
    response.status(isReady ? 200 : 503).json({ status: isReady ? "ok" : "unavailable", database, disk });
  });
  return router;
}

type DatabaseState = "ready" | "unreachable" | "not migrated" | "exhausted";

interface Readiness {
  readonly database: DatabaseState;
  /** Undefined, and left out of the response, while there is space. */
  readonly disk: "full" | undefined;
}

async function readiness(subjects: HealthSubjects): Promise<Readiness> {
  const { database, requests, filesAt, minFreeBytes = MIN_FREE_BYTES, log } = subjects;
  const [state, isFull] = await Promise.all([
    databaseState(database, requests, log),
    filesAt === undefined ? false : isDiskFull(filesAt, minFreeBytes, log),
  ]);
  return { database: state, disk: isFull ? "full" : undefined };
}

async function databaseState(database: Connection, requests: Connection, log: Log): Promise<DatabaseState> {
  try {
    if ((await inTime(missingMigrations(database))).length > 0) return "not migrated";
  } catch (err) {
    log.debug({ err }, "the database does not respond");
    return databaseFailure(err)?.code === "DATABASE_EXHAUSTED" ? "exhausted" : "unreachable";
  }
  try {
    await inTime(requests.sql`select 1`);
    return "ready";
  } catch (err) {
    log.warn({ err }, "no connection to the database is free for requests");
    return "exhausted";
  }
}

/** Returns the result of `work`, or throws after TIMEOUT_MILLISECONDS. */
async function inTime<Result>(work: PromiseLike<Result>): Promise<Result> {
  const timeout = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  const late = new Promise<never>((_, reject) => {
    timeout.addEventListener("abort", () => reject(timeout.reason as Error));
  });
  return Promise.race([work, late]);
}

async function isDiskFull(directory: string, minimum: number, log: Log): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(directory);
    const isFull = bavail * bsize < minimum;
    if (isFull) log.warn({ free: bavail * bsize, minimum }, "the disk of the data directory is full");
    return isFull;
  } catch (err) {
    // With DATABASE_URL and a bucket, the directory need not exist.
    log.debug({ err }, "the free space of the data directory is unknown");
    return false;
  }
}

/** The state of a server before it stops: a load balancer needs time to send its requests to other servers. */
export interface Drain {
  /** Marks the server as stopping; /readyz reports it. */
  begin(): void;
  isStopping(): boolean;
  /** Handles every request before its route. While the server is stopping, it asks clients to open another connection. */
  readonly handler: RequestHandler;
}

export function openDrain(): Drain {
  let isStopping = false;
  return {
    begin() {
      isStopping = true;
    },
    isStopping: () => isStopping,
    handler(_request, response, next) {
      if (isStopping) response.set("Connection", "close");
      next();
    },
  };
}
