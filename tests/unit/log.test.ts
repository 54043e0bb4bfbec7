import { expect, test } from "vitest";
import { currentRequestLabel, openLog, withRequestLabel } from "#src/log.js";

/** Returns the lines logged at `level`. */
function logged(work: (log: ReturnType<typeof openLog>) => void): Record<string, unknown>[] {
  const lines: string[] = [];
  work(openLog("info", { write: (line) => lines.push(line) }));
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

test("secrets are never logged, in any property of a library's error", () => {
  const secret = "Bearer hunter2";
  const headers = { authorization: secret, cookie: secret, "set-cookie": secret, accept: "*/*" };
  const [line] = logged((log) =>
    log.error(
      {
        headers,
        request: { headers },
        err: Object.assign(new Error("refused"), { request: { headers }, password: secret, token: secret }),
        token: secret,
        options: { connectionString: secret },
      },
      "failed",
    ),
  );
  expect(JSON.stringify(line)).not.toContain("hunter2");
  expect(JSON.stringify(line)).toContain("[REDACTED]");
  expect(line).toMatchObject({ headers: { accept: "*/*" }, msg: "failed" });
});

test("log lines of a request carry its label across await, and other lines do not", async () => {
  const lines: Record<string, unknown>[] = [];
  const log = openLog("info", { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) });
  await Promise.all(
    ["one", "two"].map((requestId) =>
      withRequestLabel({ requestId }, async () => {
        await Promise.resolve();
        log.info({ expected: currentRequestLabel()?.requestId }, "inside");
      }),
    ),
  );
  log.info("outside");
  expect(lines.map(({ requestId, expected }) => [requestId, expected])).toEqual([
    ["one", "one"],
    ["two", "two"],
    [undefined, undefined],
  ]);
});
