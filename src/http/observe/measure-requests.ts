import type { Request, RequestHandler } from "express";
import { mountOf } from "../mounts.js";
import type { RequestObserver } from "./request-observer.js";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Tells `observe` of each request, when its answer has been sent or its client has gone. */
export function measureRequests(observe: RequestObserver): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    let route = "";
    // The router forgets where it was when it has left; the answer's head is written while it is there.
    const { writeHead } = response;
    response.writeHead = ((...values: Parameters<typeof writeHead>) => {
      route = routeOf(request);
      return writeHead.apply(response, values);
    }) as typeof writeHead;
    response.once("close", () => {
      const method = METHODS.has(request.method) ? request.method : "other";
      // 499, as web servers log a client that did not wait.
      const status = response.headersSent ? response.statusCode : 499;
      observe.request(route || routeOf(request), method, status, (performance.now() - began) / 1000);
    });
    next();
  };
}

/** The pattern of the route that a request went to: as many as the server has, whatever clients ask for. */
export function routeOf({ baseUrl, route, originalUrl }: Request): string {
  const path = (route as { path?: unknown } | undefined)?.path;
  const mount = mountOf(originalUrl);
  if (typeof path !== "string") return mount ?? "unmatched";
  // A router that an error has left has forgotten where it was mounted.
  const base = baseUrl || (mount !== undefined && mountOf(path) === undefined ? mount : "");
  return `${base}${path}`;
}
