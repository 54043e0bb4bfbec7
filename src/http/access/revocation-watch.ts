import type { Principal } from "../../graphql/access/principal.js";
import type { Access } from "./access.js";

/** Interval of the checks whether principals are still valid. A check executes no SQL. */
const CHECK_MILLISECONDS = 1000;

/** Ends long requests and connections whose token is revoked or expires. */
export interface RevocationWatch {
  /**
   * Calls `end`, once, when the principal's token is revoked or expires.
   *
   * @returns a function that stops the watch
   */
  watch(principal: Principal, end: () => void): () => void;
  close(): void;
}

export function openRevocationWatch(access: Access): RevocationWatch {
  const watched = new Map<() => void, Principal>();
  const timer = setInterval(() => {
    for (const [end, principal] of watched) {
      if (access.isValid(principal)) continue;
      watched.delete(end);
      end();
    }
  }, CHECK_MILLISECONDS);
  return {
    watch(principal, end) {
      // A function of its own, so that `end` can be watched for several principals.
      const key = () => end();
      watched.set(key, principal);
      return () => watched.delete(key);
    },
    close: () => clearInterval(timer),
  };
}
