import type { RequestHandler } from "express";
import { currentRequestLabel, type Log } from "../../log.js";
import { principalOf } from "../access/request-principal.js";
import type { RevocationWatch } from "../access/revocation-watch.js";
import { requestSignal } from "../request-signal.js";

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
