import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** As `npm start` runs the server (docs/operations.md). */
const SHORT_PAUSES = "--max-semi-space-size=4";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** A Rankscope server in its own process. It keeps its port when it is restarted, as under a supervisor. */
export interface ServerProcess {
  readonly address: string;
  readonly pid: number;
  readonly isRunning: boolean;
  start(): Promise<void>;
  /** Sends a signal, waits until the process has ended, and returns its exit code. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/**
 * Prepares a server without starting it.
 *
 * @param preload module that the server and its workers load before the program
 */
export async function openServer(environment: Record<string, string>, preload: string): Promise<ServerProcess> {
  const port = await freePort();
  let child: ChildProcess | undefined;
  const server: ServerProcess = {
    address: `http://127.0.0.1:${port}/`,
    get pid() {
      return child?.pid ?? 0;
    },
    get isRunning() {
      return child !== undefined && child.exitCode === null && child.signalCode === null;
    },
    async start() {
      const started = spawn(process.execPath, [SHORT_PAUSES, MAIN, "serve"], {
        env: { ...process.env, ...environment, PORT: String(port), NODE_OPTIONS: `--import ${preload}` },
        stdio: ["ignore", "pipe", "inherit"],
      });
      child = started;
      await new Promise<void>((resolve, reject) => {
        let printed = "";
        started.stdout.setEncoding("utf8").on("data", (text: string) => {
          printed += text;
          if (printed.includes("Rankscope is at")) resolve();
        });
        started.once("exit", (code) => reject(new Error(`the server ended with code ${code}: ${printed}`)));
      });
    },
    async end(signal) {
      if (child === undefined || !server.isRunning) return child?.exitCode ?? null;
      const ended = once(child, "exit");
      child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
  return server;
}

/** Returns the process id of the PostgreSQL in `dataDirectory`; undefined if none is running. */
export async function postmaster(dataDirectory: string): Promise<number | undefined> {
  const text = await readFile(path.join(dataDirectory, "postgres", "postmaster.pid"), "utf8").catch(() => "");
  return Number(text.split("\n")[0]) || undefined;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
