import { expect, test } from "vitest";
import { isDeadSocketWrite } from "#src/store/dead-socket-writes.js";

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
