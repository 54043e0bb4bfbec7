/**
 * All limits of the server: the environment variable, default, bounds and reason of each. docs/limits.md lists them, and a test
 * compares the two. The limits of imported files are in import/.
 */

import type { Limit } from "./limit.js";

export const LIMITS = {
  bodyBytes: {
    variable: "RANKSCOPE_MAX_BODY_BYTES",
    value: 262_144,
    minimum: 1024,
    maximum: 16_777_216,
    unit: "bytes",
    reason: "The longest example query has 4 KB; the rest is for variables, such as a thousand slugs.",
  },
  tokens: {
    variable: "RANKSCOPE_MAX_TOKENS",
    value: 2000,
    minimum: 100,
    maximum: 3000,
    unit: "lexical tokens per query",
    reason:
      "The longest example query has about 600 tokens. The parser stops at this limit, which also limits nesting: about 1,500 nested levels would overflow the stack.",
  },
  depth: {
    variable: "RANKSCOPE_MAX_DEPTH",
    value: 12,
    minimum: 4,
    maximum: 100,
    unit: "nested fields",
    reason: "The deepest example query has 7 levels. Relations are cyclic, and each level multiplies the rows.",
  },
  aliases: {
    variable: "RANKSCOPE_MAX_ALIASES",
    value: 30,
    minimum: 0,
    maximum: 1000,
    unit: "aliases, with fragments expanded",
    reason: "Queries about many studies or runs take lists; aliases only multiply one request into many.",
  },
  rootFields: {
    variable: "RANKSCOPE_MAX_ROOT_FIELDS",
    value: 20,
    minimum: 1,
    maximum: 1000,
    unit: "root fields per operation",
    reason: "There are about ten queries; more root fields repeat the same query.",
  },
  directives: {
    variable: "RANKSCOPE_MAX_DIRECTIVES",
    value: 50,
    minimum: 0,
    maximum: 1000,
    unit: "directives",
    reason:
      "A query needs few @include and @skip directives. Validation compares each directive with all others at its location.",
  },
  selections: {
    variable: "RANKSCOPE_MAX_SELECTIONS",
    value: 10_000,
    minimum: 100,
    maximum: 1_000_000,
    unit: "selected fields, with fragments expanded",
    reason: "Nested fragment spreads grow exponentially: 2,000 tokens can select a billion fields.",
  },
  cost: {
    variable: "RANKSCOPE_MAX_COST",
    value: 1_000_000,
    minimum: 1000,
    maximum: 1_000_000_000,
    unit: "points",
    reason:
      "A point is one value that is read. The largest similarity matrix costs 410,000 points, a full page of studies with six values of all their runs 70,000.",
  },
  draws: {
    variable: "RANKSCOPE_MAX_DRAWS",
    value: 25_000_000,
    minimum: 10_000,
    maximum: 10_000_000_000,
    unit: "bootstrap draws per request",
    reason:
      "A draw takes about 10 ns on a thread of its own. 200 ranks of 10 runs with 10,000 resamples draw 20 million values.",
  },
  pageSize: {
    variable: "RANKSCOPE_MAX_PAGE_SIZE",
    value: 100,
    minimum: 1,
    maximum: 1000,
    unit: "nodes per page",
    reason: "Nodes have relations, so that nested pages multiply. Cursors lead to further pages.",
  },
  rows: {
    variable: "RANKSCOPE_MAX_ROWS",
    value: 5000,
    minimum: 1,
    maximum: 100_000,
    unit: "flat rows per page",
    reason: "Flat rows have no relations and need no further reads. Whole tables are downloads, which are streamed.",
  },
  listItems: {
    variable: "RANKSCOPE_MAX_LIST",
    value: 20_000,
    minimum: 1000,
    maximum: 1_000_000,
    unit: "objects in one list, and five times as many numbers",
    reason: "The execution begins all items of a list in one turn: 20 ms for 20,000 objects. Pages return less.",
  },
  requestSeconds: {
    variable: "RANKSCOPE_REQUEST_SECONDS",
    value: 30,
    minimum: 1,
    maximum: 600,
    unit: "seconds",
    reason:
      "Users do not wait longer for a page. Values that are still being computed are returned as PENDING shortly before; downloads may take longer.",
  },
  statementSeconds: {
    variable: "RANKSCOPE_STATEMENT_SECONDS",
    value: 10,
    minimum: 1,
    maximum: 600,
    unit: "seconds",
    reason:
      "Lists of thousands of studies take tens of milliseconds. Imports, migrations and downloads have no such limit.",
  },
  cacheMegabytes: {
    variable: "RANKSCOPE_CACHE_MEGABYTES",
    value: 512,
    minimum: 0,
    maximum: 65_536,
    unit: "MB of cached rows of studies",
    reason:
      "Estimated memory of the rows that requests share, and of what is derived from them. The largest study takes about 400 MB, one of 50 runs less than 1 MB. 0 caches nothing.",
  },
  requestsAtOnce: {
    variable: "RANKSCOPE_REQUESTS_AT_ONCE",
    value: 64,
    minimum: 1,
    maximum: 10_000,
    unit: "concurrent requests per client",
    reason:
      "Leaves capacity for other clients when one client sends a hundred slow queries. A client is a token, or an address without one.",
  },
  requestsWaiting: {
    variable: "RANKSCOPE_REQUESTS_WAITING",
    value: 1000,
    minimum: 0,
    maximum: 100_000,
    unit: "queued requests per client",
    reason: "A script can request a thousand studies at once; its requests are queued instead of rejected.",
  },
  queuedJobs: {
    variable: "RANKSCOPE_QUEUED_JOBS",
    value: 10_000,
    minimum: 1,
    maximum: 1_000_000,
    unit: "queued jobs",
    reason: "A job takes at most minutes, so that ten thousand jobs take days. Nobody would wait for more.",
  },
  queuedJobsEach: {
    variable: "RANKSCOPE_QUEUED_JOBS_EACH",
    value: 2500,
    minimum: 1,
    maximum: 1_000_000,
    unit: "queued jobs per token",
    reason: "No single token can fill the queue; four tokens can.",
  },
  importsWaiting: {
    variable: "RANKSCOPE_IMPORTS_WAITING",
    value: 100,
    minimum: 0,
    maximum: 10_000,
    unit: "queued imports",
    reason: "Imports run one after the other and take seconds to minutes each.",
  },
  importsWaitingEach: {
    variable: "RANKSCOPE_IMPORTS_WAITING_EACH",
    value: 25,
    minimum: 0,
    maximum: 10_000,
    unit: "queued imports per client",
    reason: "No single token can fill the queue; four tokens can. The next import is always that of another token.",
  },
  importMegabytes: {
    variable: "RANKSCOPE_IMPORT_MEGABYTES",
    value: 4096,
    minimum: 64,
    maximum: 1_048_576,
    unit: "MB of heap per import",
    reason:
      "The default heap of Node.js on machines with 16 GB or more. An import that needs more ends alone: it runs in a process of its own.",
  },
  importStallSeconds: {
    variable: "RANKSCOPE_IMPORT_STALL_SECONDS",
    value: 900,
    minimum: 1,
    maximum: 86_400,
    unit: "seconds without progress of an import",
    reason: "The largest weight file, 64 GiB, is read in 11 minutes at 100 MB per second. Other files take seconds.",
  },
  connections: {
    variable: "RANKSCOPE_MAX_CONNECTIONS",
    value: 2000,
    minimum: 10,
    maximum: 100_000,
    unit: "open connections",
    reason: "50 dashboards hold about 350 connections. Each one costs about 10 KB and a file descriptor.",
  },
  headerSeconds: {
    variable: "RANKSCOPE_HEADER_SECONDS",
    value: 15,
    minimum: 1,
    maximum: 600,
    unit: "seconds",
    reason:
      "A client sends the headers of a request in one packet. A client that sends a byte per minute would hold the connection.",
  },
  receiveSeconds: {
    variable: "RANKSCOPE_RECEIVE_SECONDS",
    value: 30,
    minimum: 1,
    maximum: 600,
    unit: "seconds",
    reason: "Time for headers and body: 256 KB at 10 KB per second.",
  },
  idleSeconds: {
    variable: "RANKSCOPE_IDLE_SECONDS",
    value: 60,
    minimum: 1,
    maximum: 3600,
    unit: "seconds",
    reason:
      "Time without traffic on a connection, including downloads that the client does not read. At least twice the request time and five seconds.",
  },
  keepAliveSeconds: {
    variable: "RANKSCOPE_KEEP_ALIVE_SECONDS",
    value: 10,
    minimum: 1,
    maximum: 600,
    unit: "seconds",
    reason: "Time between two requests on one connection. A proxy in front should close its connections earlier.",
  },
  socketsEach: {
    variable: "RANKSCOPE_SOCKETS_EACH",
    value: 100,
    minimum: 1,
    maximum: 100_000,
    unit: "WebSockets per client",
    reason: "A browser tab has one WebSocket; 50 dashboards behind one address have 50.",
  },
  subscriptionsEach: {
    variable: "RANKSCOPE_SUBSCRIPTIONS_EACH",
    value: 50,
    minimum: 1,
    maximum: 10_000,
    unit: "concurrent operations per WebSocket",
    reason: "A page follows each job that it waits for with one subscription.",
  },
  tokenRefreshSeconds: {
    variable: "RANKSCOPE_TOKEN_REFRESH_SECONDS",
    value: 30,
    minimum: 1,
    maximum: 3600,
    unit: "seconds",
    reason:
      "PostgreSQL notifies the server of revoked tokens immediately. If a notification is lost, the token remains valid for at most this long.",
  },
  socketInitSeconds: {
    variable: "RANKSCOPE_SOCKET_INIT_SECONDS",
    value: 10,
    minimum: 1,
    maximum: 600,
    unit: "seconds",
    reason: "Time from the opening of a WebSocket to the first message of the client, which contains its token.",
  },
  socketIdleSeconds: {
    variable: "RANKSCOPE_SOCKET_IDLE_SECONDS",
    value: 300,
    minimum: 1,
    maximum: 86_400,
    unit: "seconds",
    reason: "Time of a WebSocket without an operation. Clients open another one when they need it.",
  },
} as const satisfies Record<string, Limit>;

/** Maximum `waitSeconds` of a request, and of its default in the configuration: longer work continues as a job, whose results a later request returns. */
export const MAX_WAIT_SECONDS = 60;

export type Limits = { readonly [Name in keyof typeof LIMITS]: number };

/** The default limits. */
export const DEFAULT_LIMITS: Limits = limitsBy(({ value }) => value);

/** Returns the limits with the value that `valueOf` returns for each. */
export function limitsBy(valueOf: (limit: Limit) => number): Limits {
  return Object.fromEntries(Object.entries(LIMITS).map(([name, limit]) => [name, valueOf(limit)])) as Limits;
}
