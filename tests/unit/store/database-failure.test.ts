import { describe, expect, test } from "vitest";
import { describeErrno } from "#src/files/describe-errno.js";
import { openLog } from "#src/log.js";
import { formatError } from "#src/graphql/errors/format-error.js";
import { databaseFailure } from "#src/store/database-failure.js";

const coded = (code: string, rest: object = {}) => Object.assign(new Error(`secret of ${code}`), { code, ...rest });

describe("a database failure", () => {
  test.each([
    ["postgres.js lost the connection", coded("CONNECTION_CLOSED"), "DATABASE_UNREACHABLE"],
    ["no server listens", coded("ECONNREFUSED"), "DATABASE_UNREACHABLE"],
    ["silence", coded("ETIMEDOUT"), "DATABASE_UNREACHABLE"],
    ["PostgreSQL starts up", coded("57P03"), "DATABASE_UNREACHABLE"],
    ["PostgreSQL's disk is full", coded("53100"), "DATABASE_EXHAUSTED"],
    ["too many connections", coded("53300"), "DATABASE_EXHAUSTED"],
    [
      "nested in Prisma's error",
      coded("P2010", { meta: { driverAdapterError: { cause: { originalCode: "57P01" } } } }),
      "DATABASE_UNREACHABLE",
    ],
    ["without a code", new Error("Connection terminated unexpectedly"), "DATABASE_UNREACHABLE"],
  ])("has a code that tells clients to retry: %s", (_, error, code) => {
    expect(databaseFailure(error)).toMatchObject({ code });
    const shown = formatError(openLog("silent"))({ message: "" }, error);
    expect(shown.extensions?.["code"]).toBe(code);
    expect(shown.message).not.toContain("secret");
  });

  test.each([
    ["53100", "no space left on the disk of PostgreSQL's data", "Free space on that disk"],
    ["53200", "no memory left", "more memory"],
    ["53300", "no connection left", "raise max_connections"],
  ])("names the resource that has run out (%s), and how to get more of it", (code, resource, fix) => {
    const message = databaseFailure(coded(code))?.message;
    expect(message).toContain(resource);
    expect(message).toContain(fix);
  });

  test("describes a full disk of files by what is full and what to do", () => {
    expect(describeErrno(coded("ENOSPC"))).toContain("no space left on the disk: free some");
  });

  test.each([coded("23505"), coded("22P02"), new Error("x is not a function"), "text", undefined])(
    "does not include other errors: %s",
    (error) => {
      expect(databaseFailure(error)).toBeUndefined();
    },
  );
});
