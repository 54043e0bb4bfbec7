import { closeSql, openSql, type Connection } from "./connection.js";
import type { Database } from "./database.js";

/** The connections that requests read by. */
export interface WebConnections {
  /** Ends each statement that takes too long. */
  readonly queries: Connection;
  /** For downloads, whose statements may take as long as they need, and stand still while their client does. */
  readonly downloads: Connection;
  close(): Promise<void>;
}

/** Opens what requests read the database by, apart from imports and jobs. The first statement connects. */
export function openWebConnections(
  { url, observe }: Pick<Database, "url" | "observe">,
  { statementSeconds }: { readonly statementSeconds: number },
): WebConnections {
  const queries = openSql(url, { applicationName: "rankscope web", maxConnections: 10, statementSeconds, observe });
  const downloads = openSql(url, {
    applicationName: "rankscope downloads",
    maxConnections: 4,
    observe,
    isPatient: true,
  });
  return {
    queries: { sql: queries },
    downloads: { sql: downloads },
    close: () => Promise.all([closeSql(queries), closeSql(downloads)]).then(() => undefined),
  };
}
