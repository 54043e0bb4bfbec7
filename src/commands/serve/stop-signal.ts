/** Interval of the check whether npm is still the parent process. */
const PARENT_CHECK_MILLISECONDS = 250;

/**
 * Resolves with the reason when the process must stop: SIGINT, SIGTERM, or the end of the parent process (npm, or the server that
 * supervises this worker). npm sends SIGTERM to its shell, and most shells exit without forwarding it, so the parent is polled.
 * A second signal exits at once.
 */
export function waitForStop({ underNpm }: { readonly underNpm: boolean }): Promise<string> {
  return new Promise((resolve) => {
    const stop = (signal: string) => {
      resolve(signal);
      for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => process.exit(1));
    };
    process.once("SIGTERM", stop);
    if (process.connected) {
      // Ctrl-C reaches the supervisor too, which stops this process when it no longer needs it.
      process.on("SIGINT", () => undefined);
      process.once("disconnect", () => resolve("the supervisor has exited"));
      return;
    }
    process.once("SIGINT", stop);
    if (!underNpm) return;
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      resolve("npm has exited");
    }, PARENT_CHECK_MILLISECONDS).unref();
  });
}
