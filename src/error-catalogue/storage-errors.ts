import type { Entry } from "./entry.js";

/** Errors of backups, restricted access, weight files and computed results. */
export const STORAGE_ERRORS = {
  // backups
  BACKUP_EXISTS: {
    kind: "permanent",
    what: "The file already exists",
    fix: "Choose another name; existing files are never overwritten.",
  },
  BACKUP_NOT_WRITTEN: {
    kind: "permanent",
    what: "The backup could not be written",
    fix: "Check that the folder exists, is writable and has free space. No partial file was left.",
  },
  BACKUP_INVALID: {
    kind: "permanent",
    what: "The file is not a backup, or is damaged; nothing was changed",
    fix: "Copy the file again from its source, or restore an older backup.",
  },
  BACKUP_NEWER: {
    kind: "permanent",
    what: "The backup was made by a newer version of Rankscope; nothing was changed",
    fix: "Restore it with that version or a newer one.",
  },
  STORE_NEWER: {
    kind: "permanent",
    what: "The database has been used by a newer version of Rankscope",
    fix: "Use that version or a newer one.",
  },
  STORE_NOT_EMPTY: {
    kind: "permanent",
    what: "The store is not empty; nothing was changed",
    fix: "Restore into an empty database or data directory, or replace everything stored with --replace.",
  },
  STORE_IN_USE: {
    kind: "permanent",
    what: "Other Rankscope processes use the database; nothing was changed",
    fix: "Stop the servers and workers of this database, then restore.",
  },
  // access
  ISOLATION_FAILED: {
    kind: "permanent",
    what: "PostgreSQL did not restrict the request to the studies of its token; nothing was returned or changed",
    fix: "Ask the administrator to grant the role rankscope_limited to the server's role in PostgreSQL (docs/security.md).",
  },
  // weights and results
  WEIGHTS_CHANGED: {
    kind: "permanent",
    what: "A weight file has changed since it was imported",
    fix: "Restore the file, or import the folder again under another slug.",
  },
  WEIGHTS_MISSING: {
    kind: "permanent",
    what: "A weight file is missing",
    fix: "Restore the file to this path.",
  },
  WEIGHTS_UNREACHABLE: {
    kind: "transient",
    what: "The weight store is unreachable",
    fix: "Check RANKSCOPE_WEIGHTS, and that the store is running.",
  },
  WEIGHTS_NOT_KEPT: {
    kind: "permanent",
    what: "A weight file could not be copied into the weight store",
    fix: "Check that the store is writable and has free space, or leave weight files in place with RANKSCOPE_WEIGHTS=in-place.",
  },
  NO_WORKER: {
    kind: "transient",
    what: "No worker is running",
    fix: "Start one with: rankscope worker; or let the server run its own with RANKSCOPE_WORKERS=1. The queued job then runs.",
  },
  COMPUTE_FAILED: {
    kind: "transient",
    what: "The result could not be computed",
    fix: "Try again. The worker's log has the cause.",
  },
} as const satisfies Record<string, Entry>;
