import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const SCRIPT = fileURLToPath(new URL("read-bomb.mjs", import.meta.url));
const HEAP_MEGABYTES = 1024;
/** Time after which a process that hangs is killed. Reading takes some seconds. */
export const MAX_READ_MILLISECONDS = 60_000;

export interface BombResult {
  /** Code of the error, or the kind of the table that was read. */
  readonly code: string;
  /** The largest amount of memory that the process has used. */
  readonly megabytes: number;
}

/** A process that reads one file at a time. */
export interface BombReader {
  /** Returns true after the process has ended. */
  isGone(): boolean;
  /** Rejects if the process runs out of memory, or if it is killed because it takes too long. */
  read(reader: string, file: string): Promise<BombResult>;
  close(): Promise<void>;
}

/** Starts a process with 1 GB of heap. */
export function openBombReader(): BombReader {
  const child = fork(SCRIPT, [], { execArgv: [`--max-old-space-size=${HEAP_MEGABYTES}`] });
  const exited = once(child, "exit") as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    isGone: () => child.exitCode !== null || child.signalCode !== null,
    async read(reader, file) {
      const hung = setTimeout(() => child.kill("SIGKILL"), MAX_READ_MILLISECONDS);
      const ended = exited.then(([code, signal]) => {
        throw new Error(`the process ended with ${signal ?? `code ${code}`} while it read the file`);
      });
      try {
        const replied = once(child, "message") as Promise<[BombResult]>;
        child.send({ reader, file });
        const [result] = await Promise.race([replied, ended]);
        return result;
      } finally {
        clearTimeout(hung);
      }
    },
    async close() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
