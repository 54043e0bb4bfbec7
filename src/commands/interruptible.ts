import { EXIT } from "./exit-codes.js";

/** The signals that end a command, with their exit codes. */
const EXIT_CODES = { SIGINT: EXIT.INTERRUPTED, SIGTERM: EXIT.TERMINATED } as const;

/**
 * Runs `work` with a signal that Ctrl-C (SIGINT) and SIGTERM abort. After either, errors of `work` are ignored and the exit code
 * is 130 or 143; a second signal exits at once. A closed pipe on standard output, as with `head`, aborts `work` without an error;
 * `allowClosedOutput` throws other errors of the output.
 */
export async function interruptible(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const stop = (name: NodeJS.Signals) => {
    const code = EXIT_CODES[name as keyof typeof EXIT_CODES];
    if (exitCode !== undefined) process.exit(code);
    exitCode = code;
    controller.abort();
  };
  const names = ["SIGINT", "SIGTERM"] as const;
  for (const name of names) process.on(name, stop);
  const abort = () => controller.abort();
  process.stdout.on("error", abort);
  try {
    await work(controller.signal);
  } catch (error) {
    if (!controller.signal.aborted) throw error;
  } finally {
    if (exitCode !== undefined) process.exitCode = exitCode;
    for (const name of names) process.off(name, stop);
    process.stdout.off("error", abort);
  }
}
