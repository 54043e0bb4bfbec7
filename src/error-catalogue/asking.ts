import type { Entry } from "./entry.js";

/** Of questions, and of who asks them. */
export const ASKING = {
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
} as const satisfies Record<string, Entry>;
