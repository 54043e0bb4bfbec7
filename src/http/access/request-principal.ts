import type { Response } from "express";
import type { Principal } from "../../graphql/access/principal.js";

const PRINCIPALS = new WeakMap<Response, Principal>();

/** Stores the principal of the request that `response` answers. */
export function setPrincipal(response: Response, principal: Principal): void {
  PRINCIPALS.set(response, principal);
}

/** Returns the principal of the request that `response` answers. Throws if the route did not authenticate the request. */
export function principalOf(response: Response): Principal {
  const principal = PRINCIPALS.get(response);
  if (principal === undefined) throw new Error("the request was not authenticated");
  return principal;
}
