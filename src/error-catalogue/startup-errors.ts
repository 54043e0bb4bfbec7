import type { Entry } from "./entry.js";

/** Errors of settings and of starting and stopping processes. */
export const STARTUP_ERRORS = {
  CONFIG_INVALID: { kind: "permanent", what: "A setting is invalid", fix: "Correct the setting and start again." },
  DATA_DIRECTORY_IN_USE: {
    kind: "permanent",
    what: "Another Rankscope process uses this data directory",
    fix: "Use the running server, stop it first, or set RANKSCOPE_DATA to another directory.",
  },
  EMBEDDED_POSTGRES_UNAVAILABLE: {
    kind: "permanent",
    what: "The embedded PostgreSQL cannot run on this machine",
    fix: "Set DATABASE_URL to a PostgreSQL server.",
  },
  DATABASE_UNREACHABLE: {
    kind: "transient",
    what: "PostgreSQL is unreachable",
    fix: "Check DATABASE_URL and that the server accepts connections.",
  },
  DATABASE_EXHAUSTED: {
    kind: "transient",
    what: "PostgreSQL has run out of disk, memory or connections",
    fix: "Try again when PostgreSQL has resources again. No partial data was stored.",
  },
  MIGRATION_FAILED: {
    kind: "permanent",
    what: "The database could not be migrated to this version's schema",
    fix: "Read the cause. The database was left at the last successful migration.",
  },
  MIGRATION_PENDING: {
    kind: "permanent",
    what: "The database is not migrated to this version's schema",
    fix: "Start a server of this version first: it migrates the database.",
  },
  NO_SERVER: {
    kind: "permanent",
    what: "No database was found for the worker",
    fix: "Set DATABASE_URL to the server's database, or first start the server on this data directory.",
  },
  WORKER_LOST: {
    kind: "transient",
    what: "The worker cannot continue",
    fix: "Start the worker again. Its jobs are run again by any worker.",
  },
  SERVER_STOPPING: {
    kind: "transient",
    what: "The server stopped before the work was complete",
    fix: "Try again when the server runs. Completed work is kept.",
  },
  PORT_IN_USE: {
    kind: "permanent",
    what: "The port is in use",
    fix: "Stop the program that uses it, or choose another port with PORT.",
  },
} as const satisfies Record<string, Entry>;
