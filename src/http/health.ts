import express, { type Router, type RequestHandler } from "express";
import type { Log } from "../log.js";
import type { Connection } from "../store/connection.js";
import { missingMigrations } from "../store/schema/missing-migrations.js";

/** A database that needs longer for a response counts as unreachable. */
const TIMEOUT_MILLISECONDS = 3000;

/**
 * Health checks for load balancers and process managers. They need no token and reveal nothing about studies. `/healthz`: the
 * process responds. `/readyz`: the server can answer queries, because the database is reachable and has the schema of this
 * version; 503 otherwise, and while the server is stopping.
 */
export function health(connection: Connection, { isStopping }: Pick<Drain, "isStopping">, log: Log): Router {
  const router = express.Router();
  router.use(["/healthz", "/readyz"], (_request, response, next) => {
    response.set("Cache-Control", "no-store");
    next();
  });
  router.get("/healthz", (_request, response) => {
    response.json({ status: "ok" });
  });
  router.get("/readyz", async (_request, response) => {
    if (isStopping()) {
      response.status(503).json({ status: "stopping" });
      return;
    }
    const database = await databaseState(connection, log);
    const isReady = database === "ready";
    response.status(isReady ? 200 : 503).json({ status: isReady ? "ok" : "unavailable", database });
  });
  return router;
}

async function databaseState(connection: Connection, log: Log): Promise<"ready" | "unreachable" | "not migrated"> {
  const timeout = AbortSignal.timeout(TIMEOUT_MILLISECONDS);
  try {
    const missing = await Promise.race([
      missingMigrations(connection),
      new Promise<never>((_, reject) => timeout.addEventListener("abort", () => reject(timeout.reason as Error))),
    ]);
    return missing.length === 0 ? "ready" : "not migrated";
  } catch (err) {
    log.debug({ err }, "the database does not respond");
    return "unreachable";
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
