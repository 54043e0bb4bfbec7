import { connect, type Socket } from "node:net";
import postgres, { type Sql } from "postgres";
import { failure } from "../../errors.js";
import { isLostConnection } from "../database-failure.js";
import { ADMINISTRATOR, type Credentials } from "./credentials.js";

/** One connection of the administrator to a database of the embedded PostgreSQL, which holds session locks while it is open. */
export interface ControlConnection {
  readonly sql: Sql;
  /** Resolves when the connection is closed, for any reason. */
  readonly closed: Promise<void>;
  /** Returns the rows of a query; undefined if the connection closes first, as it does when PostgreSQL stops. */
  query<Rows>(query: PromiseLike<Rows>): Promise<Rows | undefined>;
  /** Allows this process to end while the connection is open. */
  unref(): void;
  close(): Promise<void>;
}

const MAINTENANCE_DATABASE = "postgres";

/**
 * Connects. Returns undefined while PostgreSQL starts, recovers or stops.
 *
 * @throws EMBEDDED_POSTGRES_UNAVAILABLE if the password is wrong
 */
export async function openControlConnection(
  port: number,
  { password }: Credentials,
  database = MAINTENANCE_DATABASE,
): Promise<ControlConnection | undefined> {
  const { promise: closed, resolve: reportClosed } = promiseWithResolve();
  let socket: Socket | undefined;
  const options = {
    host: "127.0.0.1",
    port,
    user: ADMINISTRATOR,
    password,
    database,
    max: 1,
    // The defaults would close the connection after an hour, and release the lock.
    idle_timeout: 0,
    max_lifetime: null,
    fetch_types: false,
    connection: { application_name: "rankscope owner" },
    onnotice: () => undefined,
    onclose: reportClosed,
    socket: async () => (socket = await openSocket(port)),
  };
  const sql = postgres(options);
  try {
    await withTimeout(sql`select 1`);
  } catch (cause) {
    await sql.end({ timeout: 0 });
    if (codeOf(cause).startsWith("28")) {
      throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
        where: `the embedded PostgreSQL at 127.0.0.1:${port}`,
        received: "a wrong password in postgres.json",
        fix: "Restore the postgres.json that belongs to this database.",
        cause,
      });
    }
    return undefined;
  }
  return { sql, closed, query: unlessEnded, unref: () => socket?.unref(), close: () => sql.end({ timeout: 1 }) };
}

async function unlessEnded<Rows>(query: PromiseLike<Rows>): Promise<Rows | undefined> {
  try {
    return await query;
  } catch (error) {
    if (isLostConnection(codeOf(error))) return undefined;
    throw error;
  }
}

/** Maximum time of the first response on a new connection. A server that is stopping may never respond. */
const RESPONSE_MILLISECONDS = 10_000;

async function withTimeout(query: PromiseLike<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const silence = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no response")), RESPONSE_MILLISECONDS);
  });
  try {
    await Promise.race([query, silence]);
  } finally {
    clearTimeout(timer);
  }
}

function openSocket(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: "127.0.0.1", port, timeout: 5000 });
    socket.once("error", reject);
    socket.once("timeout", () => socket.destroy(new Error("no response")));
    socket.once("connect", () => {
      socket.setTimeout(0);
      socket.off("error", reject);
      resolve(socket);
    });
  });
}

function promiseWithResolve(): { promise: Promise<void>; resolve: () => void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

/** Returns the SQLSTATE or system code of an error. */
function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === "string" ? code : "";
}
