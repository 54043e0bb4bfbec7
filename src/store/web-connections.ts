import { closeSql, openSql, type Connection } from "./connection.js";

/** The connections that requests read by. */
export interface WebConnections {
  /** Ends each statement that takes too long. */
  readonly queries: Connection;
  /** For downloads, whose statements may take as long as they need. */
  readonly downloads: Connection;
  close(): Promise<void>;
}

/** Opens what requests read the database of `url` by, apart from imports and jobs. The first statement connects. */
export function openWebConnections(
  url: string,
  { statementSeconds }: { readonly statementSeconds: number },
): WebConnections {
  const queries = openSql(url, { applicationName: "rankscope web", maxConnections: 10, statementSeconds });
  const downloads = openSql(url, { applicationName: "rankscope downloads", maxConnections: 4 });
  return {
    queries: { sql: queries },
    downloads: { sql: downloads },
    close: () => Promise.all([closeSql(queries), closeSql(downloads)]).then(() => undefined),
  };
}
