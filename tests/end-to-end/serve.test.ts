import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { query, rankscope, serveRankscope, type RunningRankscope } from "../support/rankscope.js";

const STUDIES = "{ studies { totalCount nodes { slug experiments { totalCount } } } }";

/** On a busy machine a command may print that it waits for its results. */
const NOTHING_BUT_PROGRESS = /^(Waiting for \d+ values that are being computed\.\n)*$/;

let data: string;
beforeAll(async () => {
  data = await mkdtemp(path.join(tmpdir(), "rankscope-serve-"));
});
afterAll(() => rm(data, { recursive: true, force: true }));

const here = () => ({ RANKSCOPE_DATA: data });
const withoutWorker = () => ({ ...here(), RANKSCOPE_WORKERS: "0" });
const postmaster = () => path.join(data, "postgres", "postmaster.pid");

describe("a server with its own PostgreSQL", () => {
  test("starts on an empty directory with the example study, and stops completely on SIGTERM", async () => {
    const server = await serveRankscope(here());
    expect(server.printed()).toContain("Imported the example study reference-study");
    expect(server.printed()).toMatch(/1\. .*\n.*2\. .*\n.*3\. /);
    const { data: answer } = await query(server.address, STUDIES);
    expect(answer.studies).toMatchObject({ totalCount: 1, nodes: [{ slug: "reference-study" }] });
    server.child.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0, stderr: "" });
    expect(existsSync(postmaster())).toBe(false);
  });

  describe("at the next start", () => {
    let server: RunningRankscope;
    beforeAll(async () => {
      server = await serveRankscope(here());
    });
    afterAll(() => server.child.kill("SIGKILL"));

    test("has its data again", async () => {
      expect(server.printed()).not.toContain("Imported");
      expect((await query(server.address, STUDIES)).data.studies.totalCount).toBe(1);
    });

    test("rejects a second server on its directory, naming the first; commands share its database", async () => {
      const second = await rankscope(["serve"], { ...here(), PORT: "0" });
      expect(second.code).toBe(1);
      expect(second.stderr).toContain("DATA_DIRECTORY_IN_USE");
      expect(second.stderr).toContain(String(server.child.pid));
      const report = await rankscope(["report", "reference-study"], here());
      expect(report).toMatchObject({ code: 0, stderr: expect.stringMatching(NOTHING_BUT_PROGRESS) });
      expect(report.stdout).toContain("Minimum viable rank: 4 (AT_MOST)");
      expect((await query(server.address, STUDIES)).errors).toBeUndefined();
    });

    test("has a port that another server finds in use, which leaves no process running", async () => {
      const port = new URL(server.address).port;
      const other = await mkdtemp(path.join(tmpdir(), "rankscope-serve-"));
      const refused = await rankscope(["serve"], { RANKSCOPE_DATA: other, PORT: port });
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain(`PORT_IN_USE: The port is in use; at 127.0.0.1:${port}`);
      expect(existsSync(path.join(other, "postgres", "postmaster.pid"))).toBe(false);
      await rm(other, { recursive: true });
    });

    test("stops on Ctrl-C", async () => {
      server.child.kill("SIGINT");
      expect((await server.ended).code).toBe(0);
    });
  });

  test("recovers after the server, or the server and PostgreSQL, were killed", async () => {
    let server = await serveRankscope(withoutWorker());
    for (const killsPostgres of [true, false]) {
      const pid = Number(readFileSync(postmaster(), "utf8").split("\n")[0]);
      server.child.kill("SIGKILL");
      if (killsPostgres) process.kill(pid, "SIGKILL");
      await server.ended;
      server = await serveRankscope(withoutWorker());
      expect((await query(server.address, STUDIES)).data.studies.totalCount).toBe(1);
    }
    server.child.kill("SIGTERM");
    expect((await server.ended).code).toBe(0);
  }, 90_000);
});

test("an invalid setting is named with the allowed values, and a password is not shown", async () => {
  const port = await rankscope(["serve"], { ...here(), PORT: "eighty" });
  expect(port).toMatchObject({ code: 1, stderr: expect.stringContaining('at PORT; received "eighty"') as string });
  const url = await rankscope(["serve"], { ...here(), DATABASE_URL: "mysql://user:hunter2@host/db" });
  expect(url.stderr).toContain("CONFIG_INVALID: A setting is invalid; at DATABASE_URL");
  expect(url.stderr).not.toContain("hunter2");
});

test("an unreachable database is a clear error without the password", async () => {
  const ended = await rankscope(["serve"], { ...here(), DATABASE_URL: "postgresql://user:hunter2@127.0.0.1:1/db" });
  expect(ended.code).toBe(1);
  expect(ended.stderr).toContain("DATABASE_UNREACHABLE");
  expect(ended.stderr).not.toContain("hunter2");
});

test("an unknown command exits with 2", async () => {
  expect((await rankscope(["frobnicate"], here())).code).toBe(2);
});
