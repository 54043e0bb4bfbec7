import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

/**
 * Returns the command line of process `pid`, joined by spaces; on Windows the name of its program. Empty if there is no such
 * process, or if it is a zombie, which `kill(pid, 0)` reports as alive.
 */
export async function commandOf(pid: number): Promise<string> {
  try {
    if (process.platform === "linux") {
      return (await readFile(`/proc/${pid}/cmdline`, "utf8")).split("\0").join(" ").trim();
    }
    if (process.platform === "win32") {
      const { stdout } = await promisify(execFile)("tasklist", ["/FI", `PID eq ${pid}`, "/NH", "/FO", "CSV"]);
      return stdout.includes(`"${pid}"`) ? stdout.trim() : "";
    }
    const { stdout } = await promisify(execFile)("ps", ["-ww", "-o", "command=", "-p", String(pid)]);
    return stdout.trim();
  } catch {
    return "";
  }
}
