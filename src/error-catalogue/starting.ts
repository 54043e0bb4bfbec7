import type { Entry } from "./entry.js";

/** Of settings and of starting. */
export const STARTING = {
  CONFIG_INVALID: { kind: "permanent", what: "A setting is not valid", todo: "Correct the setting and start again." },
  DATA_DIRECTORY_IN_USE: {
    kind: "permanent",
    what: "Another Rankscope process uses this data directory",
    todo: "Use the running server, stop it first, or choose another directory with RANKSCOPE_DATA.",
  },
  EMBEDDED_POSTGRES_UNAVAILABLE: {
    kind: "permanent",
    what: "The embedded PostgreSQL cannot run here",
    todo: "Set DATABASE_URL to a PostgreSQL server of your own.",
  },
  DATABASE_UNREACHABLE: {
    kind: "transient",
    what: "PostgreSQL cannot be reached",
    todo: "Check DATABASE_URL and that the server accepts connections.",
  },
  DATABASE_EXHAUSTED: {
    kind: "transient",
    what: "PostgreSQL has run out of disk, memory or connections",
    todo: "Ask again when whoever runs the server has made room; nothing was stored by halves.",
  },
  MIGRATION_FAILED: {
    kind: "permanent",
    what: "The database could not be brought to this version's schema",
    todo: "Read the cause; the database was left at the last migration that succeeded.",
  },
  MIGRATION_PENDING: {
    kind: "permanent",
    what: "The database does not have this version's schema",
    todo: "Start a server of this version on it first: it migrates the database.",
  },
  NO_SERVER: {
    kind: "permanent",
    what: "There is no database to work for",
    todo: "Set DATABASE_URL to the server's database, or start the server on this data directory first.",
  },
  WORKER_LOST: {
    kind: "transient",
    what: "The worker cannot go on",
    todo: "Start it again, as a supervisor would; its jobs are run again by whichever worker is there.",
  },
  SERVER_STOPPING: {
    kind: "transient",
    what: "The server was stopped before it came to the end",
    todo: "Ask again when it runs; what was done until then is kept and found again.",
  },
  PORT_IN_USE: {
    kind: "permanent",
    what: "The port is taken",
    todo: "Stop the program that listens there, or choose another port with PORT.",
  },
} as const satisfies Record<string, Entry>;
