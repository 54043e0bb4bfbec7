import { EXIT } from "./exit-codes.js";

/**
 * Runs `work` with a signal that Ctrl-C aborts. After Ctrl-C, errors of `work` are ignored and the exit code is 130; a second
 * Ctrl-C exits at once. A closed pipe on standard output, as with `head`, aborts `work` without an error.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  const interrupt = () => {
    process.once("SIGINT", () => process.exit(EXIT.INTERRUPTED));
    controller.abort();
  };
  process.once("SIGINT", interrupt);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    controller.abort();
  });
  try {
    await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    if (process.listenerCount("SIGINT", interrupt) === 0) process.exitCode = EXIT.INTERRUPTED;
    process.off("SIGINT", interrupt);
  }
}
