import { EXIT } from "./exit-codes.js";

/**
 * Does `work`, which ends when its signal is aborted: by Ctrl-C, after which the exit code is 130 and whatever `work` throws
 * is of no interest. A second Ctrl-C ends the process at once. A reader that stops reading, as `head` does, is no failure.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const stop = new AbortController();
  const interrupt = () => {
    process.once("SIGINT", () => process.exit(EXIT.INTERRUPTED));
    stop.abort();
  };
  process.once("SIGINT", interrupt);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    stop.abort();
  });
  try {
    await work(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    if (process.listenerCount("SIGINT", interrupt) === 0) process.exitCode = EXIT.INTERRUPTED;
    process.off("SIGINT", interrupt);
  }
}
