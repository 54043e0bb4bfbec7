import type { RequestHandler } from "express";
import { routePattern } from "../route-names.js";
import type { MetricsText, RequestObserver } from "../server-services.js";

const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]);

/** Status of a request whose client disconnected before the response, as web servers log it. */
const CLIENT_DISCONNECTED = 499;

/** Reports each request to `observe` when its response is sent or its client disconnects. */
export function measureRequests(observe: RequestObserver): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    let pattern = "";
    // Express knows the route only while it handles the request, which is when the head of the response is written.
    const { writeHead } = response;
    response.writeHead = ((...values: Parameters<typeof writeHead>) => {
      pattern = routePattern(request);
      return writeHead.apply(response, values);
    }) as typeof writeHead;
    response.once("close", () => {
      const method = METHODS.has(request.method) ? request.method : "other";
      const status = response.headersSent ? response.statusCode : CLIENT_DISCONNECTED;
      observe.request(pattern || routePattern(request), method, status, secondsSince(began));
    });
    next();
  };
}

/** Sends the current metrics. */
export function sendMetrics(text: () => Promise<MetricsText>): RequestHandler {
  return async (_request, response) => {
    const { type, body } = await text();
    response.set({ "Content-Type": type, "Cache-Control": "no-store" }).send(body);
  };
}

/** Returns the seconds since `began`, a time of performance.now(). */
export function secondsSince(began: number): number {
  return (performance.now() - began) / 1000;
}
