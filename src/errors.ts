/**
 * The error catalogue. Every failure that a person can meet has a code here, with its wording and what to do.
 * Permanent errors stay wrong when tried again (bad input); transient ones may pass (a lost connection).
 */

interface Entry {
  readonly kind: "permanent" | "transient";
  /** What is wrong, in a phrase that the details complete. */
  readonly what: string;
  /** What the reader can do about it, where the place that throws has nothing more exact to say. */
  readonly todo: string;
}

const CATALOGUE = {
  // configuration and start
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
  // files
  FOLDER_NOT_FOUND: { kind: "permanent", what: "The folder does not exist", todo: "Check the path." },
  FOLDER_NOT_ALLOWED: {
    kind: "permanent",
    what: "The folder is outside the import roots",
    todo: "Move it under one of them, or add its parent to RANKSCOPE_IMPORT_ROOTS.",
  },
  FOLDER_EMPTY: {
    kind: "permanent",
    what: "Nothing to import was found",
    todo: "Point at the folder that holds the runs: PEFT adapters, trainer_state.json or result tables.",
  },
  NO_RUNS: {
    kind: "permanent",
    what: "Files were found, but no run could be made of them; nothing was stored",
    todo: "Mend the first problem and import again.",
  },
  TOO_MANY_FILES: {
    kind: "permanent",
    what: "The folder holds more files than one study may",
    todo: "Point at the study's own folder instead of a parent of many.",
  },
  FILE_UNREADABLE: {
    kind: "permanent",
    what: "The file cannot be read",
    todo: "Check that it exists and its permissions.",
  },
  FILE_CHANGED: {
    kind: "permanent",
    what: "The file changed while it was imported",
    todo: "Import the folder again when nothing writes to it any more.",
  },
  FILE_TOO_LARGE: {
    kind: "permanent",
    what: "The file is larger than allowed",
    todo: "Check that it is what its name says.",
  },
  // formats
  SAFETENSORS_INVALID: {
    kind: "permanent",
    what: "The safetensors file is not valid",
    todo: "Copy or save the adapter again; the file is likely truncated or damaged.",
  },
  TORCH_FILE_INVALID: {
    kind: "permanent",
    what: "The PyTorch weight file is not valid",
    todo: "Copy or save the adapter again; the file is likely truncated or damaged.",
  },
  TORCH_FILE_NOT_ALLOWED: {
    kind: "permanent",
    what: "The PyTorch weight file holds something other than tensors; nothing in it was run",
    todo: "Trust the file only if you know who made it; save the adapter as safetensors instead.",
  },
  TORCH_FILE_UNSUPPORTED: {
    kind: "permanent",
    what: "This form of PyTorch weight file is not read",
    todo: "Load the adapter with PEFT and save it again with save_pretrained, which writes safetensors.",
  },
  WEIGHT_INDEX_INVALID: {
    kind: "permanent",
    what: "The index of a sharded adapter does not fit its shards",
    todo: "Copy the index and all shards again from one save.",
  },
  ADAPTER_CONFIG_INVALID: {
    kind: "permanent",
    what: "adapter_config.json is not a valid PEFT configuration",
    todo: "Save the adapter again with PEFT's save_pretrained.",
  },
  ADAPTER_TYPE_UNSUPPORTED: {
    kind: "permanent",
    what: "This kind of PEFT adapter is not supported",
    todo: "Import LoRA adapters whose update is scaling * B * A; the rest of the folder is imported without this one.",
  },
  ADAPTER_TENSORS_INVALID: {
    kind: "permanent",
    what: "The adapter's tensors do not fit its configuration",
    todo: "Check that adapter_config.json and the weight file come from the same run.",
  },
  RANK_CONTRADICTS_CONFIG: {
    kind: "permanent",
    what: "The rank of the adapter's tensors is not the one its configuration gives",
    todo: "Check that adapter_config.json and the weight file come from the same run; this adapter was left out.",
  },
  TRAINER_STATE_INVALID: {
    kind: "permanent",
    what: "trainer_state.json is not what the HF Trainer writes",
    todo: "Copy the file again from the run's checkpoint folder.",
  },
  TABLE_INVALID: {
    kind: "permanent",
    what: "The table cannot be read",
    todo: "Export it again with one header row and one row a run.",
  },
  PICKLE_INVALID: {
    kind: "permanent",
    what: "The pickle cannot be read",
    todo: "Export the table as CSV or JSON instead.",
  },
  PICKLE_NOT_ALLOWED: {
    kind: "permanent",
    what: "The pickle holds something other than plain values and NumPy scalars; nothing in it was run",
    todo: "Export the table as CSV or JSON instead.",
  },
  // studies
  SEVERAL_BASE_MODELS: {
    kind: "permanent",
    what: "The folder holds adapters of more than one base model",
    todo: "A study has one base model: import each model's folder by itself.",
  },
  STUDY_BASE_MODEL_DIFFERS: {
    kind: "permanent",
    what: "The stored study of this slug has another base model",
    todo: "Import under another slug.",
  },
  STUDY_FOLDER_DIFFERS: {
    kind: "permanent",
    what: "The stored study of this name came from another folder",
    todo: "Name the slug to say what you mean: the stored one adds this folder to it, another makes a study of its own.",
  },
  STUDY_NOT_FOUND: {
    kind: "permanent",
    what: "There is no such study",
    todo: "List the studies with the query { studies { nodes { slug } } }.",
  },
  EXPERIMENT_NOT_FOUND: {
    kind: "permanent",
    what: "There is no such experiment",
    todo: 'List a study\'s experiments with the query { study(slug: "...") { experiments { nodes { name } } } }.',
  },
  JOB_NOT_FOUND: {
    kind: "permanent",
    what: "There is no such job",
    todo: "Jobs that ended are forgotten after a week; what they found is kept: ask for it.",
  },
  REQUEST_CANCELLED: {
    kind: "permanent",
    what: "Nobody waits for the answer any more",
    todo: "Ask again.",
  },
  UNAUTHENTICATED: {
    kind: "permanent",
    what: "A valid token is needed",
    todo: 'Send "Authorization: Bearer rks_..."; an administrator makes tokens with: rankscope token create --role reader.',
  },
  FORBIDDEN: {
    kind: "permanent",
    what: "The token does not allow this",
    todo: "Use a token that does, or ask an administrator for one.",
  },
  HOST_NOT_ALLOWED: {
    kind: "permanent",
    what: "The server does not go by this name",
    todo: "Reach it under its own name or address, or add the name to RANKSCOPE_ALLOWED_HOSTS.",
  },
  ORIGIN_NOT_ALLOWED: {
    kind: "permanent",
    what: "Pages of other sites may not ask here",
    todo: "Use the server's own pages, or add the site to RANKSCOPE_CORS_ORIGINS.",
  },
  TOKEN_NEEDED: {
    kind: "permanent",
    what: "A server that others can reach needs at least one token",
    todo: "Make one with: rankscope token create --role admin; or serve on loopback: HOST=127.0.0.1.",
  },
  TOKEN_NOT_FOUND: {
    kind: "permanent",
    what: "There is no such token, or it was revoked before",
    todo: "List them with: rankscope token list.",
  },
  QUERY_TOO_LARGE: { kind: "permanent", what: "The query is larger than allowed", todo: "Ask in several requests." },
  QUERY_TOO_EXPENSIVE: {
    kind: "permanent",
    what: "The query would cost more than allowed",
    todo: "Ask for less at a time.",
  },
  REQUEST_INVALID: { kind: "permanent", what: "The request cannot be understood", todo: "Correct the request." },
  NOT_SERVED: {
    kind: "permanent",
    what: "There is nothing at this address",
    todo: "GraphQL is at /graphql, downloads are below /export, the playground is at /.",
  },
  DEADLINE_EXCEEDED: {
    kind: "transient",
    what: "The request took longer than it may",
    todo: "Ask for less at a time; what is not given here was given up.",
  },
  STATEMENT_TOO_SLOW: {
    kind: "transient",
    what: "The database took longer than it may",
    todo: "Narrow the filter, order by a field of the study, or ask for smaller pages.",
  },
  TOO_MANY_REQUESTS: {
    kind: "transient",
    what: "Too many requests of this client wait already",
    todo: "Wait for answers before you ask more; list arguments and filters answer for many studies at once.",
  },
  QUEUE_FULL: {
    kind: "transient",
    what: "Too many jobs wait for a worker already",
    todo: "Ask again when some have ended, or start more workers.",
  },
  ARGUMENT_INVALID: { kind: "permanent", what: "An argument is not valid", todo: "Correct the argument." },
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
  // pictures
  PLOT_QUEUE_FULL: {
    kind: "transient",
    what: "Too many pictures wait to be drawn",
    todo: "Ask again in a moment.",
  },
  PLOT_FAILED: {
    kind: "transient",
    what: "The picture could not be drawn",
    todo: "Ask for its .vl.json or .csv, which need no drawing; the log has the cause.",
  },
  PLOT_PENDING: {
    kind: "transient",
    what: "The picture's weights are not computed yet",
    todo: "Ask again in a moment, or follow the jobs.",
  },
  // another server, asked by a command
  SERVER_UNREACHABLE: {
    kind: "transient",
    what: "The server does not answer",
    todo: "Check --server or RANKSCOPE_SERVER, and that the server is up.",
  },
  SERVER_REFUSED: {
    kind: "permanent",
    what: "The server does not let this request in",
    todo: "Set RANKSCOPE_TOKEN to a token that the server knows and that may do this.",
  },
  SERVER_ANSWER_INVALID: {
    kind: "permanent",
    what: "What answers there is no Rankscope server of this version",
    todo: "Check --server or RANKSCOPE_SERVER; the address is the one that the server printed.",
  },
  SERVER_FAILED: {
    kind: "transient",
    what: "The server could not answer",
    todo: "Read its words; its log has more.",
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

export type ErrorCode = keyof typeof CATALOGUE;

/** The particulars of one failure; each is printed when given. */
export interface Detail {
  /** File, tensor, setting or argument. */
  readonly where?: string | undefined;
  readonly received?: string | undefined;
  readonly allowed?: string | undefined;
  /** Replaces the catalogue's advice where the place that throws knows better. */
  readonly todo?: string | undefined;
  readonly cause?: unknown;
}

function wording(code: ErrorCode, { where, received, allowed, todo }: Detail): string {
  const entry = CATALOGUE[code];
  const facts = [
    where === undefined ? undefined : `at ${where}`,
    received === undefined ? undefined : `received ${received}`,
    allowed === undefined ? undefined : `allowed: ${allowed}`,
  ].filter((fact) => fact !== undefined);
  return `${[entry.what, ...facts].join("; ")}. ${todo ?? entry.todo}`;
}

/** What the two kinds share: a code of the catalogue and a message that says what, where, received, allowed and what to do. */
export abstract class RankscopeError extends Error {
  constructor(
    readonly code: ErrorCode,
    readonly detail: Detail = {},
  ) {
    super(wording(code, detail), detail.cause === undefined ? undefined : { cause: detail.cause });
    this.name = new.target.name;
  }
}

/** Trying again cannot help: the input is wrong. */
export class PermanentError extends RankscopeError {}

/** Trying again may help. */
export class TransientError extends RankscopeError {}

/** The error of `code`, permanent or transient as the catalogue says. */
export function failure(code: ErrorCode, detail: Detail = {}): RankscopeError {
  const kind: Entry["kind"] = CATALOGUE[code].kind;
  return kind === "permanent" ? new PermanentError(code, detail) : new TransientError(code, detail);
}
