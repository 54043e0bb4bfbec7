import { open as openFile, rm } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { postmaster } from "./processes.js";
import type { Stage } from "./stage.js";

export interface Fault {
  readonly name: string;
  /** Whether the fault is part of short runs. */
  readonly isQuick?: true;
  /**
   * Causes the fault, holds it for about `milliseconds` and removes it.
   *
   * @returns a note for the report: details of the fault, or the reason why it was skipped
   */
  inject(stage: Stage, milliseconds: number): Promise<string>;
}

const IDLE_CONNECTIONS = 10_000;
const SLOW_CLIENTS = 200;
const RESETS = 10;
/** Number of connections opened at once. The kernel refuses more than its backlog holds. */
const BATCH = 250;

/** All faults in the order of their injection. Each one cleans up after itself. */
export const FAULTS: readonly Fault[] = [
  {
    name: "kill -9 of the worker",
    isQuick: true,
    async inject({ sql }, milliseconds) {
      const first = await killWorkers(sql);
      await sleep(milliseconds / 2);
      const second = await killWorkers(sql);
      return `${first + second} workers killed; the supervisor starts new ones`;
    },
  },
  {
    name: "kill -9 of the server",
    isQuick: true,
    async inject({ server }, milliseconds) {
      await server.end("SIGKILL");
      await sleep(Math.min(milliseconds, 1000));
      await server.start();
      return "restarted with the same settings";
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
      const importNote = end === undefined ? "NO IMPORT RAN" : `the running import is ${end.status}: ${end.message}`;
      return `exited with code ${code} and was restarted; ${importNote}`;
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
      return "killed twice; its owner restarts it";
    },
  },
  {
    name: "PostgreSQL half-open",
    async inject({ proxy }, milliseconds) {
      proxy.freeze();
      await sleep(milliseconds);
      proxy.thaw();
      return "a proxy neither forwards nor closes; old connections stay dead";
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
      return `${RESETS} times, all connections at once`;
    },
  },
  {
    name: "disk full",
    async inject({ data, disk }, milliseconds) {
      if (disk !== true) return `SKIPPED: ${disk}`;
      const filler = path.join(data, "filler");
      await fill(filler);
      await sleep(milliseconds);
      await rm(filler);
      return "the tmpfs of PostgreSQL's files and the weights was filled to the last byte";
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
      return "Date of server and worker moved a day ahead, a day back, and to the correct time";
    },
  },
  {
    name: "slow clients",
    isQuick: true,
    async inject({ server }, milliseconds) {
      const { sockets } = await openSockets(server.address, SLOW_CLIENTS);
      // Half of the clients send a header byte by byte. The others request an export and never read it.
      const exportRequest = `GET /export/layers.csv HTTP/1.1\r\nHost: ${new URL(server.address).host}\r\n\r\n`;
      const slowWriters = sockets.filter((_, i) => i % 2 === 0);
      const slowReaders = sockets.filter((_, i) => i % 2 === 1);
      for (const socket of slowWriters) socket.write("POST /graphql HTTP/1.1\r\n");
      for (const socket of slowReaders) socket.pause().write(exportRequest);
      const timer = setInterval(() => {
        for (const socket of slowWriters) socket.write("x");
      }, 200);
      await sleep(milliseconds);
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      return `${sockets.length} clients: headers sent byte by byte, exports never read`;
    },
  },
  {
    name: "10,000 idle connections",
    async inject({ server }, milliseconds) {
      const { sockets, refused } = await openSockets(server.address, IDLE_CONNECTIONS);
      await sleep(milliseconds);
      const open = sockets.filter((socket) => !socket.destroyed).length;
      for (const socket of sockets) socket.destroy();
      return `${sockets.length} opened, ${refused} refused, ${open} still open at the end`;
    },
  },
];

/** Waits for an import that reads or stores and returns its id; undefined if none starts within about 10 seconds. */
async function runningImport(sql: Stage["sql"]): Promise<string | undefined> {
  for (let attempt = 0; attempt < 2000; attempt++) {
    const [job] = await sql<{ id: string }[]>`
      select id from job where kind = 'IMPORT' and status = 'RUNNING' and message not like 'waiting%'`;
    if (job !== undefined) return job.id;
    await sleep(5);
  }
  return undefined;
}

async function workers(sql: Stage["sql"]): Promise<number[]> {
  const rows = await sql<{ pid: number }[]>`select pid from worker`.catch(() => []);
  return rows.map(({ pid }) => pid);
}

async function killWorkers(sql: Stage["sql"]): Promise<number> {
  return (await workers(sql)).filter((pid) => signal(pid, "SIGKILL")).length;
}

/** Sends a signal. Returns false if the process has already ended. */
function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** Writes `file` until the disk is full. */
async function fill(file: string): Promise<void> {
  const handle = await openFile(file, "w");
  // Smaller and smaller chunks fill the disk to the last byte.
  for (let size = 2 ** 24; size >= 1; size = Math.floor(size / 16)) {
    const chunk = Buffer.alloc(size);
    try {
      for (;;) await handle.write(chunk);
    } catch {
      // A chunk of this size does not fit any more.
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
