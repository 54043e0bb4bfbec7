import { open, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { postmaster } from "./processes.js";
import type { Stage } from "./stage.js";

export interface Fault {
  readonly name: string;
  /** Part of the short run. */
  readonly isQuick?: true;
  /** Does it, holds it for about `milliseconds`, and takes it away; what is worth saying of it, or why it was not done. */
  inject(stage: Stage, milliseconds: number): Promise<string>;
}

const IDLE_CONNECTIONS = 10_000;
const SLOW_CLIENTS = 200;
const RESETS = 10;
/** Connections opened at once: more than the kernel's queue of those not accepted yet would be refused. */
const BATCH = 250;

/** In the order in which they are done; what each does lasts no longer than it. */
export const FAULTS: readonly Fault[] = [
  {
    name: "kill -9 of the worker",
    isQuick: true,
    async inject({ sql }, milliseconds) {
      const killed = await killWorkers(sql);
      await sleep(milliseconds / 2);
      return `${killed + (await killWorkers(sql))} killed, its supervisor starts others`;
    },
  },
  {
    name: "kill -9 of the server",
    isQuick: true,
    async inject({ server }, milliseconds) {
      await server.end("SIGKILL");
      await sleep(Math.min(milliseconds, 1000));
      await server.start();
      return "started again as it was";
    },
  },
  {
    name: "SIGTERM during an import",
    isQuick: true,
    async inject({ server, sql }) {
      const job = await runningImport(sql);
      const code = await server.end("SIGTERM");
      await server.start();
      const [end] = await sql<{ status: string; message: string }[]>`
        select status, message from job where id = ${job ?? null}`;
      const what = end === undefined ? "NO IMPORT RAN" : `the import that ran has ${end.status}: ${end.message}`;
      return `ended with code ${code}, started again; ${what}`;
    },
  },
  {
    name: "kill -9 of PostgreSQL",
    async inject({ data }, milliseconds) {
      for (let kill = 0; kill < 2; kill++) {
        const pid = await postmaster(data);
        if (pid !== undefined) process.kill(pid, "SIGKILL");
        await sleep(milliseconds / 2);
      }
      return "twice; its owner starts it again";
    },
  },
  {
    name: "PostgreSQL half-open",
    async inject({ proxy }, milliseconds) {
      proxy.freeze();
      await sleep(milliseconds);
      proxy.thaw();
      return "a proxy that forwards nothing and closes nothing; old connections stay dead";
    },
  },
  {
    name: "connections to PostgreSQL reset",
    isQuick: true,
    async inject({ proxy }, milliseconds) {
      for (let reset = 0; reset < RESETS; reset++) {
        proxy.reset();
        await sleep(milliseconds / RESETS);
      }
      return `${RESETS} times, all of them at once`;
    },
  },
  {
    name: "disk full",
    async inject({ data, disk }, milliseconds) {
      if (disk !== true) return `NOT DONE: ${disk}`;
      const filler = path.join(data, "filler");
      await fill(filler);
      await sleep(milliseconds);
      await rm(filler);
      return "tmpfs of PostgreSQL's files and the weights, filled to the last byte";
    },
  },
  {
    name: "clock jump",
    isQuick: true,
    async inject({ server, sql }, milliseconds) {
      for (let jump = 0; jump < 3; jump++) {
        for (const pid of [server.pid, ...(await workers(sql))]) signal(pid, "SIGUSR2");
        await sleep(milliseconds / 3);
      }
      return "Date of server and worker a day ahead, a day back, right again (preloaded, not libfaketime)";
    },
  },
  {
    name: "slow clients",
    isQuick: true,
    async inject({ server }, milliseconds) {
      const { sockets } = await openSockets(server.address, SLOW_CLIENTS);
      // Half send a header a byte at a time, half ask for an export and read none of it.
      const asked = `GET /export/layers.csv HTTP/1.1\r\nHost: ${new URL(server.address).host}\r\n\r\n`;
      sockets.forEach((socket, i) =>
        i % 2 === 0 ? socket.write("POST /graphql HTTP/1.1\r\n") : socket.pause().write(asked),
      );
      const drip = setInterval(() => sockets.forEach((socket, i) => i % 2 === 0 && socket.write("x")), 200);
      await sleep(milliseconds);
      clearInterval(drip);
      for (const socket of sockets) socket.destroy();
      return `${sockets.length}: headers byte by byte, exports that nobody reads`;
    },
  },
  {
    name: "10,000 idle connections",
    async inject({ server }, milliseconds) {
      const { sockets, refused } = await openSockets(server.address, IDLE_CONNECTIONS);
      await sleep(milliseconds);
      const left = sockets.filter((socket) => !socket.destroyed).length;
      for (const socket of sockets) socket.destroy();
      return `${sockets.length} opened, ${refused} refused, ${left} still open at the end`;
    },
  },
];

/** The import that has begun to read or to store, once there is one; undefined where none comes for seconds. */
async function runningImport(sql: Stage["sql"]): Promise<string | undefined> {
  for (let turn = 0; turn < 2000; turn++) {
    const [job] = await sql<{ id: string }[]>`
      select id from job where kind = 'IMPORT' and status = 'RUNNING' and message not like 'waiting%'`;
    if (job !== undefined) return job.id;
    await sleep(5);
  }
  return undefined;
}

async function workers(sql: Stage["sql"]): Promise<number[]> {
  return (await sql<{ pid: number }[]>`select pid from worker`.catch(() => [])).map(({ pid }) => pid);
}

async function killWorkers(sql: Stage["sql"]): Promise<number> {
  return (await workers(sql)).filter((pid) => signal(pid, "SIGKILL")).length;
}

/** False where the process has ended already. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

async function fill(file: string): Promise<void> {
  const handle = await open(file, "w");
  // To the last byte: the pieces get smaller as room gets short.
  for (let piece = 2 ** 24; piece >= 1; piece = Math.floor(piece / 16)) {
    const bytes = Buffer.alloc(piece);
    try {
      for (;;) await handle.write(bytes);
    } catch {
      // No room for a piece of this size.
    }
  }
  await handle.close();
}

async function openSockets(address: string, count: number): Promise<{ sockets: Socket[]; refused: number }> {
  const { hostname, port } = new URL(address);
  const sockets: Socket[] = [];
  let refused = 0;
  for (let opened = 0; opened < count; opened += BATCH) {
    await Promise.all(
      Array.from({ length: Math.min(BATCH, count - opened) }, async () => {
        const socket = connect(Number(port), hostname);
        socket.on("error", () => undefined);
        const isOpen = await new Promise<boolean>((resolve) => {
          socket.once("connect", () => resolve(true)).once("close", () => resolve(false));
        });
        if (isOpen) sockets.push(socket);
        else refused++;
      }),
    );
  }
  return { sockets, refused };
}
