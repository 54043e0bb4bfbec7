import { once } from "node:events";
import { open, rename, stat } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Binaries } from "./binaries.js";
import type { DataFiles } from "./data-files.js";
import type { OperatingUser } from "./operating-user.js";
import type { Owner } from "./ownership.js";
import { findPostmaster } from "./running-postmaster.js";
import { spawnAs } from "./spawn-as.js";
import { stopPostmaster } from "./stop-postmaster.js";

/** A larger log is renamed to `postgres.log.old` at the next start. */
const MAX_LOG_BYTES = 8 * 1024 * 1024;

/** A PostgreSQL that this process started. */
export interface Postmaster {
  readonly port: number;
  /** Resolves when it has ended, for any reason. */
  readonly ended: Promise<void>;
  /** Allows this process to end while PostgreSQL runs. */
  unref(): void;
  stop(): Promise<void>;
}

/** The output of a PostgreSQL that did not start. */
interface Refusal {
  readonly refusal: string;
}

/**
 * Starts PostgreSQL on 127.0.0.1 and waits until it accepts connections, after a crash until recovery has ended.
 *
 * @param signal stops it before it has started, and throws the signal's reason
 */
export async function launchPostmaster(
  { files, binaries, user }: { files: DataFiles; binaries: Binaries; user: OperatingUser | undefined },
  port: number,
  owner: Owner,
  signal: AbortSignal,
): Promise<Postmaster | Refusal> {
  const logged = await sizeOfLog(files.log);
  const parameters = Object.entries({
    listen_addresses: "127.0.0.1",
    port,
    unix_socket_directories: "",
    "rankscope.owner": JSON.stringify(owner),
  }).flatMap(([name, value]) => ["-c", `${name}=${value}`]);
  const output = await open(files.log, "a", 0o600);
  const stdio = ["ignore", output.fd, output.fd] as const;
  const child = await spawnAs(user, binaries.postgres, ["-D", files.cluster, ...parameters], [...stdio]).finally(() =>
    output.close(),
  );
  const ended = once(child, "exit").then(() => undefined);
  const isGone = () => child.exitCode !== null || child.signalCode !== null;
  const stop = async () => {
    child.ref();
    if (child.pid !== undefined && !isGone()) await stopPostmaster(child.pid, files, binaries);
    await ended;
  };
  while (!isGone()) {
    if (signal.aborted) {
      await stop();
      throw signal.reason;
    }
    const running = await findPostmaster(files.cluster);
    if (running?.pid === child.pid && running?.port !== undefined) {
      return { port, ended, unref: () => child.unref(), stop };
    }
    await sleep(10);
  }
  return { refusal: await readLogFrom(files.log, logged) };
}

/** Returns `preferred` if it is free, or any free port of 127.0.0.1. */
export async function findFreePort(preferred: number | undefined): Promise<number> {
  const server = createServer().listen(preferred ?? 0, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return findFreePort(undefined);
  }
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

async function sizeOfLog(log: string): Promise<number> {
  const size = await stat(log).then(
    (entry) => entry.size,
    () => 0,
  );
  if (size <= MAX_LOG_BYTES) return size;
  await rename(log, `${log}.old`);
  return 0;
}

async function readLogFrom(log: string, position: number): Promise<string> {
  const file = await open(log);
  try {
    const { buffer, bytesRead } = await file.read({ buffer: Buffer.alloc(8192), position });
    return buffer.toString("utf8", 0, bytesRead).trim();
  } finally {
    await file.close();
  }
}
