import { existsSync } from "node:fs";
import type { RequestHandler } from "express";

/** How files are served whose paths change with their content: they may be kept for a year. */
export const BUILT_FILES = { immutable: true, maxAge: "1y", index: false, redirect: false } as const;

/**
 * Sends a page that the build wrote, to be asked for anew each time; where it did not, what to do.
 *
 * @param name what the page is of: "playground"
 */
export function builtPage(page: string, name: string): RequestHandler {
  return (_request, response) => {
    if (existsSync(page)) response.set("Cache-Control", "no-cache").sendFile(page, { cacheControl: false });
    else response.status(503).type("text/plain").send(notBuilt(name));
  };
}

const notBuilt = (name: string) =>
  `The ${name} is not built: run \`npm run build\`, then reload. GraphQL itself answers POST requests at /graphql.\n`;
