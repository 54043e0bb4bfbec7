import type { RequestHandler } from "express";
import { failure } from "../../errors.js";
import { hasRole, type Principal, type Role } from "../../graphql/access/principal.js";
import { knownFailure } from "../../graphql/errors/known-failure.js";
import { currentRequestLabel, type Log } from "../../log.js";
import type { Access } from "../access/access.js";
import { setPrincipal, principalOf } from "../access/request-principal.js";
import type { RevocationWatch } from "../access/revocation-watch.js";
import { requestSignal } from "../request-signal.js";
import { sendError } from "../send-error.js";

interface Requirements {
  /** Minimum role; reader by default. */
  readonly role?: Role;
  /** Whether the principal must have access to all studies, as the metrics of the server require. */
  readonly allStudies?: boolean;
}

/** Authenticates requests, and rejects principals that do not meet the requirements. */
export function authenticate(access: Access, requirements: Requirements = {}): RequestHandler {
  return (request, response, next) => {
    try {
      const principal = access.authenticate(request);
      checkRequirements(principal, requirements);
      setPrincipal(response, principal);
    } catch (error) {
      const known = knownFailure(error);
      if (known === undefined) throw error;
      sendError(response, known);
      return;
    }
    next();
  };
}

/** @throws FORBIDDEN */
function checkRequirements(principal: Principal, { role = "reader", allStudies = false }: Requirements): void {
  if (!hasRole(principal.role, role)) {
    throw failure("FORBIDDEN", { received: `a ${principal.role}'s token`, allowed: `${role} and above` });
  }
  if (allStudies && principal.studies !== undefined) {
    throw failure("FORBIDDEN", { received: "a token for some studies", allowed: "a token for all studies" });
  }
}

/**
 * Closes the connection of a response whose token is revoked or expires: a download can take hours. The client sees that the
 * response is incomplete, and the work for it stops as if the client had disconnected.
 */
export function disconnectRevoked(revocations: RevocationWatch, log: Log): RequestHandler {
  return (_request, response, next) => {
    const label = currentRequestLabel();
    const stop = revocations.watch(principalOf(response), () => {
      log.info({ ...label }, "a response is aborted: the token is no longer valid");
      response.destroy();
    });
    requestSignal(response).addEventListener("abort", stop, { once: true });
    next();
  };
}
