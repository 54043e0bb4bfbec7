import { existsSync } from "node:fs";
import express, { type RequestHandler } from "express";

/**
 * The policy of the server's own pages: nothing from other sites. The editors set styles on elements and embed fonts and
 * images as data.
 */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Sets what the server's own pages, and the workers that they start, may load. */
export const pagePolicy: RequestHandler = (_request, response, next) => {
  response.set({
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  });
  next();
};

/** Serves the built files of a folder. Their names change with their content, so they can be cached for a year. */
export function builtFiles(folder: string): RequestHandler {
  return express.static(folder, { immutable: true, maxAge: "1y", index: false, redirect: false });
}

/**
 * Sends a built page, uncached, or an explanation if it has not been built.
 *
 * @param name the name of the page: "playground"
 */
export function builtPage(file: string, name: string): RequestHandler {
  return (_request, response) => {
    if (existsSync(file)) response.set("Cache-Control", "no-cache").sendFile(file, { cacheControl: false });
    else response.status(503).type("text/plain").send(notBuilt(name));
  };
}

const notBuilt = (name: string) =>
  `The ${name} is not built: run \`npm run build\`, then reload. GraphQL itself answers POST requests at /graphql.\n`;
