import type { Entry } from "./entry.js";

/** Errors of requests: their arguments, their principal and their limits. */
export const REQUEST_ERRORS = {
  // studies
  SEVERAL_BASE_MODELS: {
    kind: "permanent",
    what: "A run contains adapters of more than one base model",
    fix: "A run has one base model. Move the adapters of each model to a folder of their own.",
  },
  STUDY_BASE_MODEL_DIFFERS: {
    kind: "permanent",
    what: "The stored study with this slug has a different base model",
    fix: "Import the folder under another slug.",
  },
  STUDY_FOLDER_DIFFERS: {
    kind: "permanent",
    what: "The stored study with this name was imported from another folder",
    fix: "Give a slug: the stored study's slug adds this folder to that study; another slug creates a new study.",
  },
  STUDY_NOT_FOUND: {
    kind: "permanent",
    what: "The study does not exist",
    fix: "List the studies with the query { studies { nodes { slug } } }.",
  },
  STUDY_DELETED: {
    kind: "permanent",
    what: "The study with this slug was deleted",
    fix: "Restore it (restoreStudy, or rankscope undelete SLUG), or import the folder under another slug.",
  },
  STUDY_BUSY: {
    kind: "transient",
    what: "An import is storing the study",
    fix: "Send the request again when the import has ended; rankscope watch shows it.",
  },
  EXPERIMENT_NOT_FOUND: {
    kind: "permanent",
    what: "The experiment does not exist",
    fix: 'List a study\'s experiments with the query { study(slug: "...") { experiments { nodes { name } } } }.',
  },
  JOB_NOT_FOUND: {
    kind: "permanent",
    what: "The job does not exist",
    fix: "Jobs are deleted a week after they end; their results are kept, so repeat the query.",
  },
  JOB_CANCELLED: {
    kind: "permanent",
    what: "The job was cancelled; nothing was stored",
    fix: "Start it again if it is still wanted.",
  },
  REQUEST_CANCELLED: {
    kind: "permanent",
    what: "The client cancelled the request",
    fix: "Send the request again.",
  },
  UNAUTHENTICATED: {
    kind: "permanent",
    what: "A valid token is required",
    fix: 'Send "Authorization: Bearer rks_..."; an administrator creates tokens with: rankscope token create --role reader.',
  },
  FORBIDDEN: {
    kind: "permanent",
    what: "The token does not permit this operation",
    fix: "Use a token with the required role, or ask an administrator for one.",
  },
  HOST_NOT_ALLOWED: {
    kind: "permanent",
    what: "The Host header names a host that this server does not serve",
    fix: "Use the server's own name or address, or add the name to RANKSCOPE_ALLOWED_HOSTS.",
  },
  ORIGIN_NOT_ALLOWED: {
    kind: "permanent",
    what: "Requests from pages of this origin are not allowed",
    fix: "Use the server's own pages, or add the origin to RANKSCOPE_CORS_ORIGINS.",
  },
  TOKEN_NEEDED: {
    kind: "permanent",
    what: "A server that is not on loopback needs at least one token",
    fix: "Create one with: rankscope token create --role admin; or serve on loopback with HOST=127.0.0.1.",
  },
  TOKEN_NOT_FOUND: {
    kind: "permanent",
    what: "The token does not exist or is already revoked",
    fix: "List the tokens with: rankscope token list.",
  },
  QUERY_TOO_LARGE: {
    kind: "permanent",
    what: "The query is larger than allowed",
    fix: "Split the query into several requests.",
  },
  QUERY_TOO_EXPENSIVE: {
    kind: "permanent",
    what: "The query costs more than allowed",
    fix: "Request less at a time, for example smaller pages.",
  },
  REQUEST_INVALID: { kind: "permanent", what: "The request is malformed", fix: "Correct the request." },
  NOT_SERVED: {
    kind: "permanent",
    what: "Nothing is served at this path",
    fix: "GraphQL is at /graphql, downloads are under /export, the playground is at /.",
  },
  DEADLINE_EXCEEDED: {
    kind: "transient",
    what: "The request exceeded its deadline",
    fix: "Request less at a time. Missing fields of this response were not computed.",
  },
  STATEMENT_TOO_SLOW: {
    kind: "transient",
    what: "A database statement exceeded its time limit",
    fix: "Narrow the filter, order by a field of the study, or request smaller pages.",
  },
  TOO_MANY_REQUESTS: {
    kind: "transient",
    what: "Too many requests of this client are already waiting",
    fix: "Wait for responses before sending more requests. Filters and list arguments cover many studies in one request.",
  },
  QUOTA_EXCEEDED: {
    kind: "transient",
    what: "The token has used its requests of this minute",
    fix: "Wait as long as Retry-After says. An administrator changes the limit with: rankscope token limit ID.",
  },
  QUEUE_FULL: {
    kind: "transient",
    what: "Too many jobs are already waiting for a worker",
    fix: "Try again when some jobs have ended, or start more workers.",
  },
  ARGUMENT_INVALID: { kind: "permanent", what: "An argument is invalid", fix: "Correct the argument." },
  // plots
  PLOT_QUEUE_FULL: {
    kind: "transient",
    what: "Too many plots are waiting to be drawn",
    fix: "Try again in a moment.",
  },
  PLOT_FAILED: {
    kind: "transient",
    what: "The plot could not be drawn",
    fix: "Download its .vl.json or .csv, which need no drawing. The server's log has the cause.",
  },
  PLOT_PENDING: {
    kind: "transient",
    what: "The results that the plot shows are not computed yet",
    fix: "Try again in a moment, or follow the jobs.",
  },
  // errors of commands that use a running server
  SERVER_UNREACHABLE: {
    kind: "transient",
    what: "The server is unreachable",
    fix: "Check --server or RANKSCOPE_SERVER, and that the server is running.",
  },
  SERVER_REFUSED: {
    kind: "permanent",
    what: "The server refused the request",
    fix: "Set RANKSCOPE_TOKEN to a valid token with the required role.",
  },
  SERVER_ANSWER_INVALID: {
    kind: "permanent",
    what: "The response is not from a Rankscope server of this version",
    fix: "Check --server or RANKSCOPE_SERVER: it is the address that the server printed at its start.",
  },
  SERVER_FAILED: {
    kind: "transient",
    what: "The server failed to respond",
    fix: "Read the server's message; its log has more.",
  },
} as const satisfies Record<string, Entry>;
