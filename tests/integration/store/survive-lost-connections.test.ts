import postgres from "postgres";
import { expect, test } from "vitest";
import { isDeadSocketWrite, isLostTypeQuery } from "#src/store/survive-lost-connections.js";
import { freshDatabase } from "../../support/database.js";

const fresh = freshDatabase();

/** As Node printed it when PostgreSQL was killed under load. */
const STACK = `TypeError: Cannot read properties of null (reading 'write')
    at Immediate.nextWrite (file:///app/node_modules/postgres/src/connection.js:255:22)
    at process.processImmediate (node:internal/timers:483:21)`;

function error(stack: string, kind: typeof Error = TypeError): Error {
  const made = new kind("Cannot read properties of null (reading 'write')");
  made.stack = stack;
  return made;
}

test("only the write to a connection that is gone is survived", () => {
  expect(isDeadSocketWrite(error(STACK))).toBe(true);
  expect(isDeadSocketWrite(error(STACK, Error))).toBe(false);
  expect(isDeadSocketWrite(error(STACK.replace("nextWrite", "data")))).toBe(false);
  expect(isDeadSocketWrite(error(STACK.replace("node_modules/postgres/", "dist/serve/")))).toBe(false);
  expect(isDeadSocketWrite("a text")).toBe(false);
});

test("of the statements of a connection only the library's own, for the types of arrays, may fail unheard", async () => {
  const asked: string[] = [];
  const sql = postgres(fresh.url, { max: 1, debug: (_connection, query) => asked.push(query) });
  await sql`select 1 as mine`;
  await sql.end();
  const failed = asked.filter((query) => isLostTypeQuery(Object.assign(new Error("lost"), { query })));
  expect(asked).toEqual([...failed, "select 1 as mine"]);
  expect(failed).toHaveLength(1);
  expect(isLostTypeQuery(new Error("lost"))).toBe(false);
  expect(isLostTypeQuery(undefined)).toBe(false);
});
