import { userInfo } from "node:os";
import { commandActor, type Actor } from "../model/audit.js";

/** Returns the name of the operating system's user who runs this process; undefined if the system does not name one. */
export function osUser(): string | undefined {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id that has no name.
    return undefined;
  }
}

/** Returns the actor of this command for the audit log. */
export function thisActor(): Actor {
  return commandActor(osUser() ?? null);
}
