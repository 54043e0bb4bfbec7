import type { IncomingHttpHeaders } from "node:http";
import type { RequestHandler } from "express";
import { failure, type RankscopeError } from "../../errors.js";
import { routePrefix } from "../route-names.js";
import { sendError } from "../send-error.js";
import type { HostRules, Scheme } from "./host-rules.js";

interface RequestKind {
  /** The scheme that the client used, if a trusted proxy states it. */
  readonly scheme?: Scheme | undefined;
  /**
   * Whether the request is for a plot, which other sites may embed as an image: their pages learn only its size, and browsers
   * do not send the session cookie.
   */
  readonly isPlot?: boolean;
}

/**
 * Returns why the headers of a request are not allowed: a foreign Host, or a page of another site. Programs send no Origin
 * header. Browsers send one except with simple reads, which have Sec-Fetch-Site.
 */
export function originError(
  rules: HostRules,
  headers: IncomingHttpHeaders,
  { scheme, isPlot = false }: RequestKind = {},
): RankscopeError | undefined {
  const { host, origin } = headers;
  if (!rules.allowsHost(host)) {
    return failure("HOST_NOT_ALLOWED", { where: "Host", received: JSON.stringify((host ?? "").slice(0, 200)) });
  }
  if (origin !== undefined && !rules.allowsOrigin(origin, host, scheme)) {
    return failure("ORIGIN_NOT_ALLOWED", { where: "Origin", received: JSON.stringify(origin.slice(0, 200)) });
  }
  const { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": destination } = headers;
  if (isPlot && destination === "image") return undefined;
  // A person follows a link (mode "navigate"); other requests from another site are the page's own.
  if (origin === undefined && site === "cross-site" && mode !== "navigate") {
    return failure("ORIGIN_NOT_ALLOWED", { where: "Sec-Fetch-Site", received: '"cross-site"' });
  }
  return undefined;
}

/** Rejects requests with a foreign Host or from pages of other sites, and answers CORS requests of allowed origins. */
export function checkOrigin(rules: HostRules): RequestHandler {
  return (request, response, next) => {
    const error = originError(rules, request.headers, {
      scheme: rules.schemeOf(request),
      isPlot: routePrefix(request.path) === "/plots",
    });
    if (error !== undefined) {
      sendError(response, error);
      return;
    }
    const { origin } = request.headers;
    if (origin === undefined || !rules.isShared(origin)) {
      next();
      return;
    }
    // Credentials are not shared: a page of another site needs its own token.
    response.set({ "Access-Control-Allow-Origin": origin, Vary: "Origin" });
    if (request.method !== "OPTIONS") {
      next();
      return;
    }
    response.set({
      "Access-Control-Allow-Methods": "GET, POST",
      "Access-Control-Allow-Headers": "authorization, content-type, apollo-require-preflight",
      "Access-Control-Max-Age": "600",
    });
    response.status(204).end();
  };
}
