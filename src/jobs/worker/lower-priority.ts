import type { ChildProcess } from "node:child_process";
import { constants, setPriority } from "node:os";

/** Lowers the priority of a process, so that computations do not slow down the server on the same processors. */
export function lowerPriority({ pid }: ChildProcess): void {
  try {
    if (pid !== undefined) setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // The process has ended already, or the system does not support priorities.
  }
}
