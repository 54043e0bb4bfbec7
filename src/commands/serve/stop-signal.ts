/** How often to look whether npm is still there. */
const PARENT_MILLISECONDS = 250;

/**
 * What asks the process to stop, by name: SIGINT, SIGTERM, or the end of who started it: npm, or a server that supervises
 * it. npm passes SIGTERM to its shell, and most shells die of it without a word to what they run. A second signal ends
 * the process at once.
 */
export function nextStop({ underNpm }: { readonly underNpm: boolean }): Promise<string> {
  return new Promise((resolve) => {
    const once = (signal: string) => {
      resolve(signal);
      for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => process.exit(1));
    };
    process.once("SIGTERM", once);
    if (process.connected) {
      // Ctrl-C reaches both at once: the supervisor stops this process when it has no more need of it.
      process.on("SIGINT", () => undefined);
      process.once("disconnect", () => resolve("the supervisor has ended"));
      return;
    }
    process.once("SIGINT", once);
    if (!underNpm) return;
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid === parent) return;
      clearInterval(watch);
      resolve("npm has ended");
    }, PARENT_MILLISECONDS).unref();
  });
}
