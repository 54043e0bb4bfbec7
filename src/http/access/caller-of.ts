import type { Response } from "express";
import type { Caller } from "../../graphql/access/caller.js";

const CALLERS = new WeakMap<Response, Caller>();

/** Notes who sent the request that `response` answers. */
export function setCaller(response: Response, caller: Caller): void {
  CALLERS.set(response, caller);
}

/** Who sent the request that `response` answers. A route that lets requests past the guard fails here, and gives nothing. */
export function callerOf(response: Response): Caller {
  const caller = CALLERS.get(response);
  if (caller === undefined) throw new Error("a request was not checked for who sent it");
  return caller;
}
