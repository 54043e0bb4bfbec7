import type { RequestHandler } from "express";
import { failure } from "../../errors.js";
import type { Access } from "../access/access.js";
import { setCaller } from "../access/caller-of.js";
import { hasRole, type Role } from "../../graphql/access/principal.js";
import { knownFailure } from "../../graphql/errors/known-failure.js";
import { refuse } from "../refuse.js";

export interface LetIn {
  readonly role?: Role;
  /** For what speaks of all studies at once, as metrics do. */
  readonly allStudies?: boolean;
}

/** Lets callers in who have at least a role, and notes who they are. */
export function letIn(access: Access, { role = "reader", allStudies = false }: LetIn = {}): RequestHandler {
  return (request, response, next) => {
    const { authorization, cookie } = request.headers;
    try {
      const caller = access.callerOf({ authorization, cookie, address: request.socket.remoteAddress });
      if (!hasRole(caller.role, role)) {
        throw failure("FORBIDDEN", { received: `a ${caller.role}'s token`, allowed: `${role} and above` });
      }
      if (allStudies && caller.studies !== undefined) {
        throw failure("FORBIDDEN", { received: "a token for some studies", allowed: "one for all of them" });
      }
      setCaller(response, caller);
    } catch (error) {
      const known = knownFailure(error);
      if (known === undefined) throw error;
      refuse(response, known);
      return;
    }
    next();
  };
}
