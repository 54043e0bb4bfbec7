import type { RequestHandler, Response } from "express";
import { failure } from "../../errors.js";
import { knownFailure } from "../../graphql/errors/known-failure.js";
import type { Limits } from "../../model/limits.js";
import { principalOf } from "../access/request-principal.js";
import { requestSignal } from "../request-signal.js";
import { sendError } from "../send-error.js";
import type { RequestQueues } from "./request-queues.js";

/**
 * Limits the number of requests of one client that run at once. Further requests wait; a request that waits longer than it
 * could run is rejected.
 */
export function limitConcurrency(queues: RequestQueues, limits: Limits): RequestHandler {
  return async (_request, response, next) => {
    try {
      if (!(await enterQueue(queues, limits, response))) return;
    } catch (error) {
      const known = knownFailure(error);
      if (known?.code === "TOO_MANY_REQUESTS") sendError(response, known);
      else if (known?.code !== "REQUEST_CANCELLED") next(error);
      return;
    }
    next();
  };
}

/** Waits for the request's turn. Returns false if the client has disconnected. @throws TOO_MANY_REQUESTS */
async function enterQueue(queues: RequestQueues, limits: Limits, response: Response): Promise<boolean> {
  const disconnected = requestSignal(response);
  const timeout = new AbortController();
  const timer = setTimeout(() => timeout.abort(waitedTooLong(limits)), limits.requestSeconds * 1000);
  try {
    const signal = AbortSignal.any([disconnected, timeout.signal]);
    const leave = await queues.enter(principalOf(response).client, signal);
    if (disconnected.aborted) {
      leave();
      return false;
    }
    disconnected.addEventListener("abort", leave, { once: true });
    return true;
  } finally {
    clearTimeout(timer);
  }
}

function waitedTooLong({ requestSeconds, requestsAtOnce }: Limits) {
  return failure("TOO_MANY_REQUESTS", {
    received: `a request that waited for ${requestSeconds} seconds`,
    allowed: `${requestsAtOnce} running requests of one client`,
  });
}
