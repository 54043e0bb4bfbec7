import { execFile } from "node:child_process";
import { promisify } from "node:util";
import postgres from "postgres";
import { expect, test } from "vitest";
import { isDeadSocketWrite } from "#src/store/driver/dead-socket-write.js";
import { isLostTypeQuery } from "#src/store/driver/lost-type-query.js";
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

test("only the write to a closed connection is survived", () => {
  expect(isDeadSocketWrite(error(STACK))).toBe(true);
  expect(isDeadSocketWrite(error(STACK, Error))).toBe(false);
  expect(isDeadSocketWrite(error(STACK.replace("nextWrite", "data")))).toBe(false);
  expect(isDeadSocketWrite(error(STACK.replace("node_modules/postgres/", "dist/http/")))).toBe(false);
  expect(isDeadSocketWrite("a text")).toBe(false);
});

test("only the driver's own statement, for the types of arrays, may fail without being caught", async () => {
  const statements: string[] = [];
  const sql = postgres(fresh.url, { max: 1, debug: (_connection, query) => statements.push(query) });
  await sql`select 1 as mine`;
  await sql.end();
  const failed = statements.filter((query) => isLostTypeQuery(Object.assign(new Error("lost"), { query })));
  expect(statements).toEqual([...failed, "select 1 as mine"]);
  expect(failed).toHaveLength(1);
  expect(isLostTypeQuery(new Error("lost"))).toBe(false);
  expect(isLostTypeQuery(undefined)).toBe(false);
});

/** Runs a process with this uncaught error; returns what it logged. */
async function logOfCrash(error: string): Promise<Record<string, unknown>> {
  const program = `
    import { openLog } from "#src/log.js";
    import { surviveLostConnections } from "#src/store/survive-lost-connections.js";
    surviveLostConnections(openLog("warn"));
    setInterval(() => undefined, 1000);
    void Promise.reject(${error});`;
  const ended = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program]);
  const { code, stderr } = (await ended.catch((failed: unknown) => failed)) as { code: number; stderr: string };
  expect(code).toBe(1);
  return JSON.parse(stderr) as Record<string, unknown>;
}

test("any other uncaught error ends the process with one line in the log", async () => {
  const lost = await logOfCrash(`Object.assign(new Error("terminating connection"), { code: "57P01" })`);
  expect(lost).toMatchObject({ level: 60, reason: "Error: terminating connection" });
  expect(JSON.stringify(lost)).not.toContain("    at ");
  const fault = await logOfCrash(`new TypeError("a fault of ours")`);
  expect(fault).toMatchObject({ level: 60, err: { type: "TypeError", message: "a fault of ours" } });
});
