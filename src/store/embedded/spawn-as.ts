import { spawn, type ChildProcess, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { failure } from "../../errors.js";
import type { OperatingUser } from "./operating-user.js";

/** English messages, which this code parses, and none of the PG* variables. */
const ENVIRONMENT = { LC_ALL: "C", PATH: "/usr/sbin:/usr/bin:/sbin:/bin" };

/**
 * Allows the user to pass directories that it may not enter, so that their modes and owners need not change. DAC_OVERRIDE
 * instead of the narrower DAC_READ_SEARCH, which containers rarely have. PostgreSQL checks its own programs by access(2), which
 * ignores capabilities unless this secure bit is set.
 */
const CAPABILITY = [
  ...["--securebits", "+no_setuid_fixup"],
  ...["--inh-caps", "+dac_override", "--ambient-caps", "+dac_override"],
];

/**
 * Starts one of PostgreSQL's programs as `user` (undefined for this process's own) in a new process group, so that Ctrl-C in the
 * terminal reaches this process only. Resolves when the program runs.
 *
 * @throws EMBEDDED_POSTGRES_UNAVAILABLE if it cannot be started
 */
export async function spawnAs(
  user: OperatingUser | undefined,
  binary: string,
  parameters: readonly string[],
  stdio: StdioOptions,
): Promise<ChildProcess> {
  const viaSetpriv = user !== undefined && !user.mayReach;
  const [program, ...rest] = viaSetpriv ? [...setpriv(user), binary, ...parameters] : [binary, ...parameters];
  const child = spawn(program, rest, {
    cwd: "/",
    env: ENVIRONMENT,
    stdio,
    detached: true,
    windowsHide: true,
    ...(user !== undefined && !viaSetpriv && { uid: user.uid, gid: user.gid }),
  });
  await once(child, "spawn").catch((cause: unknown) => {
    throw failure("EMBEDDED_POSTGRES_UNAVAILABLE", {
      where: program,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: viaSetpriv
        ? "Only root may enter the folder of data or node_modules: install setpriv, move it, or set DATABASE_URL."
        : "It needs glibc (not Alpine's musl), and root needs the right to change users; otherwise set DATABASE_URL.",
      cause,
    });
  });
  return child;
}

function setpriv({ uid, gid }: OperatingUser): [string, ...string[]] {
  const identity = ["--reuid", String(uid), "--regid", String(gid), "--clear-groups"];
  return ["setpriv", ...identity, ...CAPABILITY, "--"];
}
