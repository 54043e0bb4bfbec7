import type { RequestHandler } from "express";
import { currentRequestLabel, type Log } from "../../log.js";
import { callerOf } from "../access/caller-of.js";
import type { CallerWatch } from "../access/caller-watch.js";
import { requestSignal } from "../request-signal.js";

/**
 * Breaks an answer off whose caller may not be here any more: a download may take hours. Its connection is closed before the
 * end, which tells the client that it has not all of it, and everything that works for the answer stops, as where the client
 * itself has gone.
 */
export function cutOff({ watch }: CallerWatch, log: Log): RequestHandler {
  return (_request, response, next) => {
    const label = currentRequestLabel();
    const leave = watch(callerOf(response), () => {
      log.info({ ...label }, "an answer is cut off: the token is not valid any more");
      response.destroy();
    });
    requestSignal(response).addEventListener("abort", leave, { once: true });
    next();
  };
}
