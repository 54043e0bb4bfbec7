import { execFile, spawn } from "node:child_process";
import { chown, mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect, createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
/** Debian's user and group `nobody`: PgBouncer refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

/** Returns whether PgBouncer is installed, which is Debian's package `pgbouncer`. */
export const hasPgBouncer = (): Promise<boolean> =>
  run("pgbouncer", ["--version"]).then(
    () => true,
    () => false,
  );

export interface PgBouncer {
  /** URL of the database through PgBouncer. */
  readonly url: string;
  close(): Promise<void>;
}

/** Starts PgBouncer in transaction mode in front of the database of `url`, with `poolSize` connections to it. */
export async function startPgBouncer(url: string, poolSize: number): Promise<PgBouncer> {
  const target = new URL(url);
  const folder = await mkdtemp(path.join(tmpdir(), "rankscope-pgbouncer-"));
  const port = await freePort();
  const users = path.join(folder, "users.txt");
  const settings = path.join(folder, "pgbouncer.ini");
  await writeFile(users, `"${target.username}" "${decodeURIComponent(target.password)}"\n`);
  await writeFile(
    settings,
    `[databases]
* = host=${target.hostname} port=${target.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${poolSize}
max_client_conn = 200
`,
  );
  const isRoot = process.getuid?.() === 0;
  if (isRoot) for (const file of [folder, users, settings]) await chown(file, NOBODY.uid, NOBODY.gid);
  const child = spawn("pgbouncer", ["--quiet", settings], { stdio: "ignore", ...(isRoot && NOBODY) });
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  while (child.exitCode === null && !(await accepts(port))) await sleep(50);
  if (child.exitCode !== null) throw new Error(`PgBouncer ended with ${child.exitCode}`);
  const through = new URL(url);
  through.host = `127.0.0.1:${port}`;
  return {
    url: through.href,
    async close() {
      child.kill("SIGKILL");
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
