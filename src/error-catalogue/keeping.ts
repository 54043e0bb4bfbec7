import type { Entry } from "./entry.js";

/** Of backups, weights and what is computed from them. */
export const KEEPING = {
  // backups
  BACKUP_EXISTS: { kind: "permanent", what: "There is a file of this name", todo: "Name another: none is replaced." },
  BACKUP_NOT_WRITTEN: {
    kind: "permanent",
    what: "The backup could not be written",
    todo: "See that the folder is there, can be written to and has room; nothing was left of the attempt.",
  },
  BACKUP_INVALID: {
    kind: "permanent",
    what: "The backup is damaged or is none; nothing was changed",
    todo: "Copy the file again from where it was made, or restore an older backup.",
  },
  BACKUP_NEWER: {
    kind: "permanent",
    what: "The backup was made by a newer Rankscope; nothing was changed",
    todo: "Restore it with that version or a newer one.",
  },
  STORE_NEWER: { kind: "permanent", what: "The database was used by a newer Rankscope", todo: "Use that version." },
  STORE_NOT_EMPTY: {
    kind: "permanent",
    what: "The store holds something already; nothing was changed",
    todo: "Restore into an empty database or data directory, or replace all that is stored with --replace.",
  },
  STORE_IN_USE: {
    kind: "permanent",
    what: "Other Rankscope processes use the database; nothing was changed",
    todo: "Stop its servers and workers, then restore.",
  },
  // computing
  WEIGHTS_CHANGED: {
    kind: "permanent",
    what: "A weight file changed after it was imported",
    todo: "Restore the file, or import the folder again under another slug.",
  },
  WEIGHTS_MISSING: {
    kind: "permanent",
    what: "A weight file is no longer where it was imported from",
    todo: "Restore the file to this place.",
  },
  WEIGHTS_UNREACHABLE: {
    kind: "transient",
    what: "The weight store does not answer",
    todo: "Check RANKSCOPE_WEIGHTS and that the store is up.",
  },
  WEIGHTS_NOT_KEPT: {
    kind: "permanent",
    what: "A weight file could not be copied into the weight store",
    todo: "See that the store can be written to and has room, or leave weights where they are with RANKSCOPE_WEIGHTS=in-place.",
  },
  COMPUTE_FAILED: {
    kind: "transient",
    what: "The comparison could not be computed",
    todo: "Try again; the log has the cause.",
  },
} as const satisfies Record<string, Entry>;
