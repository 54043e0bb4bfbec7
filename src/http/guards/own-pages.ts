import type { IncomingHttpHeaders } from "node:http";
import type { RequestHandler } from "express";
import { failure, type RankscopeError } from "../../errors.js";
import { mountOf } from "../mounts.js";
import { refuse } from "../refuse.js";
import type { HostRules } from "./host-rules.js";

/**
 * Why a request may not be answered, by its headers: it was sent to a name that is not the server's, or by a page that is not
 * its own. Programs send no Origin; browsers send one with everything but plain reads, of which Sec-Fetch-Site tells.
 *
 * @param isPicture whether it asks for a picture, which pages elsewhere may show: they see no more of it than its size, and
 *   its cookie is not sent there
 */
export function foreignRequest(
  rules: HostRules,
  headers: IncomingHttpHeaders,
  isPicture = false,
): RankscopeError | undefined {
  const { host, origin } = headers;
  if (!rules.allowsHost(host)) {
    return failure("HOST_NOT_ALLOWED", { where: "Host", received: JSON.stringify((host ?? "").slice(0, 200)) });
  }
  if (origin !== undefined && !rules.allowsOrigin(origin, host)) {
    return failure("ORIGIN_NOT_ALLOWED", { where: "Origin", received: JSON.stringify(origin.slice(0, 200)) });
  }
  // A link that is followed is a person's doing; what a page loads by itself is not, and cookies must not serve it.
  const { "sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": destination } = headers;
  if (isPicture && destination === "image") return undefined;
  if (origin === undefined && site === "cross-site" && mode !== "navigate") {
    return failure("ORIGIN_NOT_ALLOWED", { where: "Sec-Fetch-Site", received: '"cross-site"' });
  }
  return undefined;
}

/** Refuses what was sent under another name or by a page of another site, and tells browsers of those that are allowed. */
export function ownPages(rules: HostRules): RequestHandler {
  return (request, response, next) => {
    const error = foreignRequest(rules, request.headers, mountOf(request.path) === "/plots");
    if (error !== undefined) {
      refuse(response, error);
      return;
    }
    const { origin } = request.headers;
    if (origin === undefined || !rules.isShared(origin)) {
      next();
      return;
    }
    // Without credentials: a page elsewhere has a token of its own or nothing.
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
