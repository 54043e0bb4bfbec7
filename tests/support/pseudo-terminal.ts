import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** Why there is no pseudo-terminal, which the `script` command of util-linux provides; undefined if there is one. */
export function missingPseudoTerminal(): string | undefined {
  const { stdout } = spawnSync("script", ["--version"], { encoding: "utf8" });
  return (stdout as string | null)?.includes("util-linux") ? undefined : "skipped: needs `script` of util-linux";
}

/**
 * Runs the command line in a terminal of `columns` columns and returns its output, escape sequences included, with its exit code.
 */
export function inTerminal(
  args: readonly string[],
  environment: Record<string, string>,
  columns: number,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const quoted = [process.execPath, MAIN, ...args].map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ");
  const { DATABASE_URL: _, INIT_CWD: __, NO_COLOR: ___, ...inherited } = process.env;
  const child = spawn("script", ["-qec", `stty cols ${columns} rows 30; ${quoted}`, "/dev/null"], {
    env: { ...inherited, LC_ALL: "C.UTF-8", TERM: "xterm", SHELL: "/bin/sh", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, output: output.replaceAll("\r\n", "\n") }));
  });
}
