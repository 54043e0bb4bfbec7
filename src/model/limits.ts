/**
 * Every limit of the server, in one table: the variable that sets it, its default, between what it may be set, and why it is
 * what it is. docs/limits.md says the same in words; a test holds one to the other. Limits of files are the import's.
 */

interface Limit {
  /** The environment variable. */
  readonly variable: string;
  readonly value: number;
  readonly least: number;
  readonly most: number;
  /** What one is. */
  readonly unit: string;
  readonly because: string;
}

export const LIMITS = {
  // a request's text
  bodyBytes: {
    variable: "RANKSCOPE_MAX_BODY_BYTES",
    ...{ value: 262_144, least: 1024, most: 16_777_216, unit: "bytes" },
    because: "The longest ready query has 4 KB; the rest is for variables, such as a thousand slugs.",
  },
  tokens: {
    variable: "RANKSCOPE_MAX_TOKENS",
    ...{ value: 2000, least: 100, most: 3000, unit: "lexical tokens of a query" },
    because:
      "The longest ready query has about 600; parsing stops here, and with it how deep a query can nest: from about 1,500 levels on the stack would end.",
  },
  depth: {
    variable: "RANKSCOPE_MAX_DEPTH",
    ...{ value: 12, least: 4, most: 100, unit: "fields inside each other" },
    because: "The deepest ready query has 7; relations lead in circles, and each round multiplies the rows.",
  },
  aliases: {
    variable: "RANKSCOPE_MAX_ALIASES",
    ...{ value: 30, least: 0, most: 1000, unit: "aliases, fragments expanded" },
    because: "What is asked of many studies or runs takes a list; aliases only multiply one request into many.",
  },
  rootFields: {
    variable: "RANKSCOPE_MAX_ROOT_FIELDS",
    ...{ value: 20, least: 1, most: 1000, unit: "fields of the operation itself" },
    because: "There are about ten queries; more is one asked many times over.",
  },
  directives: {
    variable: "RANKSCOPE_MAX_DIRECTIVES",
    ...{ value: 50, least: 0, most: 1000, unit: "directives" },
    because: "@include and @skip a few times; each one is validated against all others of its place.",
  },
  selections: {
    variable: "RANKSCOPE_MAX_SELECTIONS",
    ...{ value: 10_000, least: 100, most: 1_000_000, unit: "selected fields, fragments expanded" },
    because: "Fragments that spread fragments grow as powers: 2,000 tokens could select a billion fields.",
  },
  // what a request may cost
  cost: {
    variable: "RANKSCOPE_MAX_COST",
    ...{ value: 1_000_000, least: 1000, most: 1_000_000_000, unit: "points" },
    because:
      "A point is a value that is read; the largest similarity matrix costs 410,000, a full page of studies with six values of all their runs 70,000.",
  },
  pageSize: {
    variable: "RANKSCOPE_MAX_PAGE_SIZE",
    ...{ value: 100, least: 1, most: 1000, unit: "nodes of a page" },
    because: "Nodes have relations of their own, so pages multiply; cursors lead on.",
  },
  rows: {
    variable: "RANKSCOPE_MAX_ROWS",
    ...{ value: 5000, least: 1, most: 100_000, unit: "flat rows of a page" },
    because: "Flat rows have no relations and make no further reads; whole tables are downloads, which stream.",
  },
  // time
  requestSeconds: {
    variable: "RANKSCOPE_REQUEST_SECONDS",
    ...{ value: 30, least: 1, most: 600, unit: "seconds" },
    because:
      "Nobody watches a page for longer. What is still computed is PENDING a little earlier; downloads may take longer.",
  },
  statementSeconds: {
    variable: "RANKSCOPE_STATEMENT_SECONDS",
    ...{ value: 10, least: 1, most: 600, unit: "seconds" },
    because:
      "Lists over thousands of studies take tens of milliseconds. Imports, migrations and downloads have no such limit.",
  },
  // sharing
  requestsAtOnce: {
    variable: "RANKSCOPE_REQUESTS_AT_ONCE",
    ...{ value: 64, least: 1, most: 10_000, unit: "requests of one client that run" },
    because:
      "One client's hundred waiting queries leave room for others; a client is a token, or an address without one.",
  },
  requestsWaiting: {
    variable: "RANKSCOPE_REQUESTS_WAITING",
    ...{ value: 1000, least: 0, most: 100_000, unit: "requests of one client that wait for a turn" },
    because: "A script may ask about a thousand studies at once and is served in turn rather than refused.",
  },
  queuedJobs: {
    variable: "RANKSCOPE_QUEUED_JOBS",
    ...{ value: 10_000, least: 1, most: 1_000_000, unit: "jobs that wait for a worker" },
    because:
      "A job is one shape of layers, minutes of work at most: ten thousand are days. More would only be waited for in vain.",
  },
  queuedJobsEach: {
    variable: "RANKSCOPE_QUEUED_JOBS_EACH",
    ...{ value: 2500, least: 1, most: 1_000_000, unit: "jobs of one token that wait for a worker" },
    because: "No token fills the queue by itself: four can.",
  },
  importsWaiting: {
    variable: "RANKSCOPE_IMPORTS_WAITING",
    ...{ value: 100, least: 0, most: 10_000, unit: "imports that wait for their turn" },
    because: "They run one after the other, in seconds to minutes each.",
  },
  // connections
  connections: {
    variable: "RANKSCOPE_MAX_CONNECTIONS",
    ...{ value: 2000, least: 10, most: 100_000, unit: "open connections" },
    because: "50 dashboards hold about 350. Each one costs some 10 KB and a file descriptor.",
  },
  headerSeconds: {
    variable: "RANKSCOPE_HEADER_SECONDS",
    ...{ value: 15, least: 1, most: 600, unit: "seconds" },
    because:
      "A client sends its request's head in one packet; one that sends a byte a minute holds a connection for nothing.",
  },
  receiveSeconds: {
    variable: "RANKSCOPE_RECEIVE_SECONDS",
    ...{ value: 30, least: 1, most: 600, unit: "seconds" },
    because: "For head and body: 256 KB at 10 KB a second.",
  },
  idleSeconds: {
    variable: "RANKSCOPE_IDLE_SECONDS",
    ...{ value: 60, least: 1, most: 3600, unit: "seconds" },
    because:
      "Of a connection on which nothing moves, a download that nobody reads among them. Never less than twice a request's time and five seconds.",
  },
  keepAliveSeconds: {
    variable: "RANKSCOPE_KEEP_ALIVE_SECONDS",
    ...{ value: 10, least: 1, most: 600, unit: "seconds" },
    because: "Between two requests on one connection. A proxy in front should close its own earlier than this.",
  },
  socketsEach: {
    variable: "RANKSCOPE_SOCKETS_EACH",
    ...{ value: 100, least: 1, most: 100_000, unit: "WebSockets of one client" },
    because: "A browser tab has one; 50 dashboards behind one address have 50.",
  },
  subscriptionsEach: {
    variable: "RANKSCOPE_SUBSCRIPTIONS_EACH",
    ...{ value: 50, least: 1, most: 10_000, unit: "operations at once on one WebSocket" },
    because: "One follows each job that a page waits for.",
  },
  tokenRefreshSeconds: {
    variable: "RANKSCOPE_TOKEN_REFRESH_SECONDS",
    ...{ value: 30, least: 1, most: 3600, unit: "seconds" },
    because: "PostgreSQL tells of a revoked token at once; where that is lost, the token lives this long at the worst.",
  },
  socketInitSeconds: {
    variable: "RANKSCOPE_SOCKET_INIT_SECONDS",
    ...{ value: 10, least: 1, most: 600, unit: "seconds" },
    because: "From opening a WebSocket to the client's first word, which carries its token.",
  },
  socketIdleSeconds: {
    variable: "RANKSCOPE_SOCKET_IDLE_SECONDS",
    ...{ value: 300, least: 1, most: 86_400, unit: "seconds" },
    because: "Of a WebSocket without any operation; clients open another when they need it.",
  },
} as const satisfies Record<string, Limit>;

export type Limits = { readonly [Name in keyof typeof LIMITS]: number };

/** What holds where nothing is set. */
export const DEFAULT_LIMITS: Limits = limitsBy(({ value }) => value);

/** The limits as `valueOf` gives each. */
export function limitsBy(valueOf: (limit: Limit) => number): Limits {
  return Object.fromEntries(Object.entries(LIMITS).map(([name, limit]) => [name, valueOf(limit)])) as Limits;
}
