import type { Response } from "express";
import type { Principal } from "../../graphql/access/principal.js";

const CALLERS = new WeakMap<Response, Principal>();

/** Notes who sent the request that `response` answers. */
export function setCaller(response: Response, caller: Principal): void {
  CALLERS.set(response, caller);
}

/** Who sent the request that `response` answers. A route that lets requests past the guard fails here, and gives nothing. */
export function callerOf(response: Response): Principal {
  const caller = CALLERS.get(response);
  if (caller === undefined) throw new Error("a request was not checked for who sent it");
  return caller;
}
