import type { Request } from "express";

/** The first segments of the paths that the server serves. */
const ROUTE_PREFIXES = [
  "/graphql",
  "/export",
  "/plots",
  "/session",
  "/dashboard",
  "/assets",
  "/metrics",
  "/healthz",
  "/readyz",
] as const;
type RoutePrefix = (typeof ROUTE_PREFIXES)[number];

/** Returns the prefix of a URL's path; undefined if the server serves nothing there. */
export function routePrefix(url: string): RoutePrefix | undefined {
  const path = url.split("?")[0] ?? "";
  return ROUTE_PREFIXES.find((prefix) => path === prefix || path.startsWith(`${prefix}/`));
}

/** Returns the pattern of the route that handled a request: one of a fixed set, whatever paths clients request. */
export function routePattern({ baseUrl, route, originalUrl }: Request): string {
  const path = (route as { path?: unknown } | undefined)?.path;
  const prefix = routePrefix(originalUrl);
  if (typeof path !== "string") return prefix ?? "unmatched";
  // Express resets baseUrl when an error leaves a router.
  const base = baseUrl || (prefix !== undefined && routePrefix(path) === undefined ? prefix : "");
  return `${base}${path}`;
}
