import { v7 as newId } from "uuid";
import type { Connection } from "#src/store/connection.js";
import { dismissWorker } from "#src/store/queue/workers.js";

/** Registers a live worker that takes no job, so that requests wait. Returns a function that removes it. */
export async function registerIdleWorker(connection: Connection): Promise<() => Promise<void>> {
  const id = newId();
  await connection.sql`
    insert into worker (id, host, pid, lock_id, seen_at) values (${id}, 'idle', 0, ${id}, now() + interval '1 hour')`;
  return () => dismissWorker(connection, id);
}
