import type { Route } from "playwright-core";

/** The name of the operation that a page's request to the API carries. */
export const operationOf = (route: Route) =>
  /(?:query|mutation) (\w+)/.exec((route.request().postDataJSON() as { query: string }).query)?.[1];
