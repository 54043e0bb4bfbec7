import { execFile } from "node:child_process";
import { chmod, chown, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { openLog } from "#src/log.js";
import { closeSql, openSql } from "#src/store/connection.js";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "#src/store/embedded/start.js";
import { socketOptions } from "#src/store/sql/socket-options.js";
import { freezingProxy } from "../../../scripts/chaos/freezing-proxy.js";

const run = promisify(execFile);
const hasOpenssl = await run("openssl", ["version"]).then(
  () => true,
  () => false,
);

/** Returns whether a new connection to `url` uses TLS. */
async function usesTls(url: string): Promise<boolean | undefined> {
  const sql = openSql(url, { applicationName: "tls", maxConnections: 1 });
  try {
    const [row] = await sql<{ ssl: boolean }[]>`select ssl from pg_stat_ssl where pid = pg_backend_pid()`;
    return row?.ssl;
  } finally {
    await closeSql(sql);
  }
}

describe.skipIf(!hasOpenssl)("with a certificate made by openssl (skipped without openssl)", () => {
  let folder: string;
  let server: EmbeddedPostgres;
  const secured = (mode: string) => `${server.administratorUrl}?sslmode=${mode}`;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "rankscope-tls-"));
    await chmod(folder, 0o755);
    server = await startEmbeddedPostgres({ dataDirectory: folder, purpose: "tests", log: openLog("silent") });
    expect(await usesTls(secured("prefer"))).toBe(false);
    await expect(usesTls(secured("require"))).rejects.toThrow("PostgreSQL does not offer TLS");

    const data = path.join(folder, "postgres");
    const [key, certificate] = [path.join(data, "server.key"), path.join(data, "server.crt")];
    const subject = ["-subj", "/CN=localhost", "-days", "2"];
    await run("openssl", [
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-keyout",
      key,
      "-out",
      certificate,
      ...subject,
    ]);
    const { uid, gid } = await stat(data);
    for (const file of [key, certificate]) {
      await chown(file, uid, gid);
      await chmod(file, 0o600);
    }
    const sql = openSql(server.administratorUrl, { applicationName: "tls", maxConnections: 1 });
    await sql`alter system set ssl = on`;
    await sql`select pg_reload_conf()`;
    await closeSql(sql);
    await vi.waitFor(async () => expect(await usesTls(secured("prefer"))).toBe(true), { timeout: 5000 });
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  test.each([
    ["disable", false],
    ["prefer", true],
    ["allow", true],
    ["require", true],
  ])("sslmode=%s", async (mode, isSecured) => {
    expect(await usesTls(secured(mode))).toBe(isSecured);
  });

  test("a self-signed certificate is refused if the URL requires a verified one", async () => {
    await expect(usesTls(secured("verify-full"))).rejects.toMatchObject({ code: "DEPTH_ZERO_SELF_SIGNED_CERT" });
    await expect(usesTls(`${server.administratorUrl}?ssl=true`)).rejects.toMatchObject({
      code: "DEPTH_ZERO_SELF_SIGNED_CERT",
    });
  });

  test("statements sent as soon as a TLS connection was reset succeed, and so do later ones", async () => {
    const proxy = await freezingProxy(secured("require"));
    const sql = openSql(proxy.url, { applicationName: "tls", maxConnections: 1 });
    await sql`select 1`;
    const lost = sql`select pg_sleep(0.5)`.catch((error: unknown) => error);
    proxy.reset();
    expect(await lost).toMatchObject({ code: "ECONNRESET" });
    for (let n = 0; n < 5; n++) expect(await sql`select ${n}::int as n`).toEqual([{ n }]);
    await closeSql(sql);
    proxy.close();
  });

  test("a silent TLS connection is closed, one that answers is not", async () => {
    const proxy = await freezingProxy(secured("require"));
    const sql = postgres(proxy.url, { ...socketOptions(proxy.url, 600), max: 1 });
    const pid = async () => (await sql<{ pid: number }[]>`select pg_backend_pid() as pid`)[0]?.pid;
    const first = await pid();
    for (let turn = 0; turn < 6; turn++) {
      await sleep(200);
      expect(await pid()).toBe(first);
    }
    proxy.freeze();
    await expect(sql`select 1`).rejects.toMatchObject({ code: "ETIMEDOUT" });
    await closeSql(sql, 0);
    proxy.close();
  });
});
