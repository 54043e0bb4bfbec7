import type { Access } from "./access.js";
import type { Principal } from "../../graphql/access/principal.js";

/** How often it is looked whether those who were let in still may be here; it costs no statement. */
const LOOK_MILLISECONDS = 1000;

/** Ends what was begun for callers who may not be here any more. */
export interface CallerWatch {
  /**
   * Calls `end`, once, when the caller's token has been revoked or has expired.
   *
   * @returns what must be called when there is nothing left to end
   */
  watch(caller: Principal, end: () => void): () => void;
  close(): void;
}

/** Looks after all whom `access` has let in for longer than a moment. */
export function openCallerWatch(access: Access): CallerWatch {
  const ends = new Map<() => void, Principal>();
  const look = setInterval(() => {
    for (const [end, caller] of ends) {
      if (access.isStill(caller)) continue;
      ends.delete(end);
      end();
    }
  }, LOOK_MILLISECONDS);
  return {
    watch(caller, end) {
      const once = () => end();
      ends.set(once, caller);
      return () => ends.delete(once);
    },
    close: () => clearInterval(look),
  };
}
