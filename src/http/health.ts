import express, { type Router } from "express";
import type { Log } from "../log.js";
import type { Connection } from "../store/connection.js";
import { missingMigrations } from "../store/schema/missing-migrations.js";
import type { Drain } from "./drain.js";

/** A database that takes longer to answer does not count as reachable. */
const PATIENCE_MILLISECONDS = 3000;

/**
 * For those who watch over processes, not for people, and outside access control: they tell nothing about studies.
 * `/healthz`: the process answers. `/readyz`: it can answer questions, because the database is reachable and has this
 * version's schema; 503 where not, and where the server is about to stop.
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
    const state = await stateOf(connection, log);
    response
      .status(state === "ready" ? 200 : 503)
      .json({ status: state === "ready" ? "ok" : "unavailable", database: state });
  });
  return router;
}

async function stateOf(connection: Connection, log: Log): Promise<"ready" | "unreachable" | "not migrated"> {
  const late = AbortSignal.timeout(PATIENCE_MILLISECONDS);
  try {
    const missing = await Promise.race([
      missingMigrations(connection),
      new Promise<never>((_, reject) => late.addEventListener("abort", () => reject(late.reason as Error))),
    ]);
    return missing.length === 0 ? "ready" : "not migrated";
  } catch (err) {
    log.debug({ err }, "the database does not answer");
    return "unreachable";
  }
}
