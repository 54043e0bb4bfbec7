import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** How the process ended: null where it did what it was asked for. */
export type ChildEnd = string | null;

/**
 * Runs a module of this folder as a process of its own, so that a driver that crashes or hangs takes nothing else with it.
 *
 * @param entry the compiled module beside this one
 * @param milliseconds after which it is killed
 * @param onMessage is called with each message that it sends
 * @returns why it ended too early, or null where it ended by itself with code 0
 */
export function askChild(
  entry: string,
  args: readonly string[],
  milliseconds: number,
  onMessage: (message: unknown) => void,
): Promise<ChildEnd> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL(`./${entry}`, import.meta.url)), args, {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      timeout: milliseconds,
      killSignal: "SIGKILL",
      execArgv: [],
    });
    const began = performance.now();
    child.on("message", onMessage);
    child.once("error", ({ message }) => resolve(message));
    child.once("exit", (code, signal) => {
      if (code === 0) resolve(null);
      else if (signal === "SIGKILL" && performance.now() - began >= milliseconds) {
        resolve(`it did not end within ${milliseconds / 1000} s`);
      } else resolve(`its process ended with ${signal ?? `code ${code}`}`);
    });
  });
}
