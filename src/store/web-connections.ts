import { closeSql, openSql, type Connection, type ConnectionOptions } from "./connection.js";
import type { Database } from "./database.js";
import { LIMITED_SCHEMA } from "./schema/limited-schema.js";

/** What a request reads by. */
export interface ReadingConnections {
  /** Ends each statement that takes too long. */
  readonly queries: Connection;
  /** For downloads, whose statements may take as long as they need, and stand still while their client does. */
  readonly downloads: Connection;
}

/** The connections of requests, apart from those of imports and jobs. */
export interface WebConnections {
  /**
   * Connections for a caller who may see the studies of `slugs`, or all where it is undefined. To the former no other study
   * exists: PostgreSQL itself finds views of these studies under the tables' names (migration `access`), so no statement can
   * forget it, and one about a table that has no such view fails.
   */
  of(slugs: readonly string[] | undefined): ReadingConnections;
  close(): Promise<void>;
}

const QUERIES = { applicationName: "rankscope web", maxConnections: 10 };
const DOWNLOADS = { applicationName: "rankscope downloads", maxConnections: 4, isPatient: true };
/** Of each set of studies that tokens are limited to; they close when nobody has used them for some seconds. */
const LIMITED_CONNECTIONS = 3;
const IDLE_SECONDS = 20;

/** Opens what requests read the database by. The first statement connects. */
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
      // No slug has a space, so that this is no other set's key.
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

/** The settings of a connection that sees these studies only; slugs have no comma. */
function limitedTo(slugs: readonly string[]): Record<string, string> {
  return { search_path: LIMITED_SCHEMA, "rankscope.studies": slugs.join(",") };
}
