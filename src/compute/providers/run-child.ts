import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Why a child process ended early; null where it ended by itself with code 0. */
type ChildFailure = string | null;

/**
 * Runs a module of this folder in a process of its own, so that a driver that crashes or hangs affects nothing else.
 *
 * @param entry the compiled module's file name
 * @param timeoutMilliseconds after which the process is killed
 * @param onMessage is called with each message of the process
 */
export function runChild(
  entry: string,
  args: readonly string[],
  timeoutMilliseconds: number,
  onMessage: (message: unknown) => void,
): Promise<ChildFailure> {
  return new Promise((resolve) => {
    const child = fork(fileURLToPath(new URL(`./${entry}`, import.meta.url)), args, {
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      timeout: timeoutMilliseconds,
      killSignal: "SIGKILL",
      execArgv: [],
    });
    const started = performance.now();
    child.on("message", onMessage);
    child.once("error", ({ message }) => resolve(message));
    child.once("exit", (code, signal) => {
      if (code === 0) resolve(null);
      else if (signal === "SIGKILL" && performance.now() - started >= timeoutMilliseconds) {
        resolve(`it did not end within ${timeoutMilliseconds / 1000} s`);
      } else resolve(`its process ended with ${signal ?? `code ${code}`}`);
    });
  });
}
