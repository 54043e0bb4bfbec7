import type { RequestHandler } from "express";
import { principalOf } from "../access/request-principal.js";
import { sendError } from "../send-error.js";
import { quotaExceeded, type RequestQuotas } from "./request-quotas.js";

/**
 * Refuses requests of a token beyond its requests per minute. Every response to a token with a limit says what is left, in the
 * headers of draft-ietf-httpapi-ratelimit-headers-10.
 */
export function limitRate(quotas: RequestQuotas): RequestHandler {
  return async (_request, response, next) => {
    const state = await quotas.take(principalOf(response));
    if (state !== undefined) {
      const { limit, remaining, resetSeconds, isRefused } = state;
      response.set("RateLimit-Policy", `"minute";q=${limit};w=60`);
      response.set("RateLimit", `"minute";r=${remaining};t=${resetSeconds}`);
      if (isRefused) {
        sendError(response, quotaExceeded(state), resetSeconds);
        return;
      }
    }
    next();
  };
}
