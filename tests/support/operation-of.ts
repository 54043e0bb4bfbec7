import type { Route } from "playwright-core";

/** Returns the operation name of a page's API request. */
export const operationOf = (route: Route) =>
  /(?:query|mutation) (\w+)/.exec((route.request().postDataJSON() as { query: string }).query)?.[1];
