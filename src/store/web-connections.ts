import { closeSql, openSql, type Connection, type ConnectionOptions } from "./connection.js";
import type { Database } from "./database.js";
import { LIMITED_SCHEMA } from "./schema/limited-schema.js";

/** The connections that requests of one principal use. */
export interface ReadingConnections {
  /** For queries. PostgreSQL cancels statements that take too long. */
  readonly queries: Connection;
  /** For downloads, whose statements have no time limit and pause while the client does. */
  readonly downloads: Connection;
}

/** The connections of requests, separate from those of imports and jobs. */
export interface WebConnections {
  /**
   * Returns the connections for a principal with access to the studies of `slugs`; undefined for all studies. With slugs,
   * PostgreSQL resolves the tables' names to views of these studies (migration `access`): no statement can omit the
   * restriction, and a statement on a table without such a view fails.
   */
  of(slugs: readonly string[] | undefined): ReadingConnections;
  close(): Promise<void>;
}

const QUERIES = { applicationName: "rankscope web", maxConnections: 10 };
const DOWNLOADS = { applicationName: "rankscope downloads", maxConnections: 4, isPatient: true };
/** Maximum for each set of studies that tokens are limited to. The connections close when they are idle. */
const LIMITED_CONNECTIONS = 3;
const IDLE_SECONDS = 20;

/** Opens the connections of requests. The first statement connects. */
export function openWebConnections(
  { url, observe }: Pick<Database, "url" | "observe">,
  { statementSeconds }: { readonly statementSeconds: number },
): WebConnections {
  const known = new Map<string, ReadingConnections>();
  const open = (rest: Partial<ConnectionOptions>): ReadingConnections => ({
    queries: { sql: openSql(url, { ...QUERIES, statementSeconds, observe, ...rest }) },
    downloads: { sql: openSql(url, { ...DOWNLOADS, observe, ...rest }) },
  });
  return {
    of(slugs) {
      // A slug contains no space, so that this key is unique.
      const key = slugs === undefined ? "all studies" : [...slugs].sort().join(",");
      const found =
        known.get(key) ??
        open(
          slugs === undefined
            ? {}
            : { maxConnections: LIMITED_CONNECTIONS, idleSeconds: IDLE_SECONDS, settings: limitedTo(slugs) },
        );
      known.set(key, found);
      return found;
    },
    async close() {
      await Promise.all(
        [...known.values()].flatMap(({ queries, downloads }) => [closeSql(queries.sql), closeSql(downloads.sql)]),
      );
    },
  };
}

/** Settings of a connection restricted to these studies. A slug contains no comma. */
function limitedTo(slugs: readonly string[]): Record<string, string> {
  return { search_path: LIMITED_SCHEMA, "rankscope.studies": slugs.join(",") };
}
