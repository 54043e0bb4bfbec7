import type { RequestHandler } from "express";
import { failure } from "../../errors.js";
import { callerOf } from "../access/caller-of.js";
import { knownFailure } from "../../graphql/errors/known-failure.js";
import type { Limits } from "../../model/limits.js";
import type { RequestTurns } from "./request-turns.js";
import { refuse } from "../refuse.js";
import { requestSignal } from "../request-signal.js";

/** Lets a client's requests through so many at a time; one that waits longer than it might have run is refused. */
export function inTurn(turns: RequestTurns, limits: Limits): RequestHandler {
  return async (_request, response, next) => {
    const gone = requestSignal(response);
    const late = new AbortController();
    const timer = setTimeout(() => {
      late.abort(
        failure("TOO_MANY_REQUESTS", {
          received: `one that waited ${limits.requestSeconds} seconds for its turn`,
          allowed: `${limits.requestsAtOnce} requests of one client at once`,
        }),
      );
    }, limits.requestSeconds * 1000);
    try {
      const leave = await turns.take(callerOf(response).client, AbortSignal.any([gone, late.signal]));
      if (gone.aborted) {
        leave();
        return;
      }
      gone.addEventListener("abort", leave, { once: true });
    } catch (error) {
      const known = knownFailure(error);
      if (known?.code === "TOO_MANY_REQUESTS") refuse(response, known);
      else if (known?.code !== "REQUEST_CANCELLED") next(error);
      return;
    } finally {
      clearTimeout(timer);
    }
    next();
  };
}
