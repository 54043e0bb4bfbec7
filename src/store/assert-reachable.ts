import postgres from "postgres";
import { failure } from "../errors.js";

const CONNECT_SECONDS = 10;

/** Connects once. @throws DATABASE_UNREACHABLE with host and database, without the password */
export async function assertReachable(url: string): Promise<void> {
  const sql = postgres(url, { max: 1, connect_timeout: CONNECT_SECONDS, fetch_types: false });
  try {
    await sql`select 1`;
  } catch (cause) {
    const { host, pathname } = new URL(url);
    throw failure("DATABASE_UNREACHABLE", {
      where: `${host}${pathname}`,
      received: cause instanceof Error ? cause.message || (cause as NodeJS.ErrnoException).code : String(cause),
      cause,
    });
  } finally {
    await sql.end({ timeout: 0 });
  }
}
