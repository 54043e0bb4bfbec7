import { execFile } from "node:child_process";
import { createServer, connect as connectTo, type AddressInfo } from "node:net";
import { Duplex } from "node:stream";
import { promisify } from "node:util";
import postgres from "postgres";
import { describe, expect, onTestFinished, test } from "vitest";
import { closeSql, openSql } from "#src/store/connection.js";
import { STARTUP_PADDING } from "#src/store/driver/startup-padding.js";
import type { SocketOptions } from "#src/store/sql/socket-options.js";
import { freshDatabase } from "../../support/database.js";

// Each fault of postgres.js that src/store/driver repairs: what happens with the repair and, where that is certain, without it.

const fresh = freshDatabase();

describe("driver/startup-padding.ts: a connection that closes before its first message was sent", () => {
  /** Opens a pool whose first socket closes in the turn in which it connects. */
  function openUnlucky(options: string): postgres.Sql {
    let opened = 0;
    const socket = (): Promise<Duplex> => {
      opened++;
      if (opened > 1) return Promise.resolve(socketTo(fresh.url));
      const closing = new Duplex({ read: () => undefined, write: (_chunk, _encoding, done) => done() });
      // The driver listens for data right before it writes its first message.
      closing.on("newListener", (event) => {
        if (event === "data") process.nextTick(() => closing.destroy());
      });
      return Promise.resolve(closing);
    };
    const settings: SocketOptions = { max: 1, connect_timeout: 1, backoff: () => 0, fetch_types: false, socket };
    return postgres(fresh.url, { ...settings, connection: { options } }) as postgres.Sql;
  }

  test("is replaced by one that serves statements", async () => {
    const sql = openUnlucky(STARTUP_PADDING);
    expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
    await sql.end();
  });

  test("is not replaced without the padding", async () => {
    const sql = openUnlucky("");
    await expect(sql`select 1 as n`).rejects.toMatchObject({ code: "CONNECT_TIMEOUT" });
    await sql.end({ timeout: 0 });
  });
});

function socketTo(url: string): Duplex {
  const { hostname, port } = new URL(url);
  return connectTo(Number(port), hostname);
}

// Without the repair the second statement waits for ever.
test("driver/refused-connection.ts: a refused connection is opened again for the next statement", async () => {
  const server = createServer((client) => {
    const upstream = socketTo(fresh.url);
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  const listen = (port: number) => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const url = new URL(fresh.url);
  const { port } = server.address() as AddressInfo;
  url.port = String(port);
  await new Promise((resolve) => server.close(resolve));

  const sql = openSql(url.href, { applicationName: "refused", maxConnections: 1 });
  onTestFinished(async () => {
    await closeSql(sql, 0);
    server.close();
  });
  await expect(sql`select 1`).rejects.toMatchObject({ code: "ECONNREFUSED" });
  await listen(port);
  expect(await sql`select 1 as n`).toEqual([{ n: 1 }]);
});

describe("driver/dead-socket-write.ts: a statement on a connection that has closed", () => {
  /** Runs a process that sends the statement. Returns its exit code and what it printed. */
  async function send(repair: string): Promise<{ code: number; stdout: string; stderr: string }> {
    const program = `
      import postgres from "postgres";
      import { openLog } from "#src/log.js";
      import { surviveLostConnections } from "#src/store/survive-lost-connections.js";
      ${repair}
      const [sql, other] = [postgres(process.env.URL, { max: 1 }), postgres(process.env.URL, { max: 1 })];
      let send;
      await sql.begin(async (transaction) => {
        const [{ pid }] = await transaction\`select pg_backend_pid() as pid\`;
        send = () => transaction\`select 1\`.catch(() => undefined);
        await other\`select pg_terminate_backend(\${pid})\`;
        await new Promise(() => undefined);
      }).catch(() => undefined);
      void send();
      await new Promise((resolve) => setTimeout(resolve, 100));
      console.log("alive");
      process.exit(0);`;
    const options = { env: { ...process.env, URL: fresh.url } };
    const ended = promisify(execFile)(process.execPath, ["--input-type=module", "--eval", program], options);
    return ended.then(
      (output) => ({ code: 0, ...output }),
      (failed: unknown) => failed as { code: number; stdout: string; stderr: string },
    );
  }

  test("does not end the process, and is logged", async () => {
    const { code, stdout, stderr } = await send(`surviveLostConnections(openLog("warn"));`);
    expect({ code, stdout }).toEqual({ code: 0, stdout: "alive\n" });
    expect(stderr).toContain("PostgreSQL closed a connection in the middle of a statement");
  });

  test("ends the process without the repair", async () => {
    const { code, stdout, stderr } = await send("");
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/TypeError: Cannot read properties of null[^]*at Immediate\.nextWrite/);
  });
});
