import { PrismaPg } from "@prisma/adapter-pg";
import postgres, { type Sql } from "postgres";
import { PrismaClient } from "./generated/client.js";

/** One database, by Prisma for plain reads and by SQL for what is hot or many rows. */
export interface Database {
  readonly prisma: PrismaClient;
  /** `int8` comes as a number; one beyond 2^53 is an error rather than rounded. */
  readonly sql: Sql;
  /** With its password. */
  readonly url: string;
  /** Waits for running statements and closes every connection; calling it again changes nothing. */
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** What pg_stat_activity shows. */
  readonly applicationName: string;
  /** Of each of the two pools; 10 when left out. */
  readonly maxConnections?: number | undefined;
}

/** Opens the database of `url`. The first statement connects; nothing does before. */
export function openDatabase(url: string, { applicationName, maxConnections = 10 }: DatabaseOptions): Database {
  const adapter = new PrismaPg({ connectionString: url, application_name: applicationName, max: maxConnections });
  const prisma = new PrismaClient({ adapter });
  const sql: Sql = postgres(url, {
    max: maxConnections,
    connection: { application_name: applicationName },
    onnotice: () => undefined,
    types: { int8: INT8 },
  });
  let closing: Promise<void> | undefined;
  return {
    prisma,
    sql,
    url,
    close: () => (closing ??= Promise.all([prisma.$disconnect(), sql.end()]).then(() => undefined)),
  };
}

/** PostgreSQL's 64-bit integer, object id 20. */
const INT8 = {
  to: 20,
  from: [20],
  serialize: String,
  parse(text: string): number {
    const value = Number(text);
    if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is no integer that JavaScript's number holds`);
    return value;
  },
};
