import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import express, { type RequestHandler, type Router } from "express";

/** dist/web, beside dist/serve. */
const BUILT = fileURLToPath(new URL("../web", import.meta.url));

/** Nothing from outside; the editors set styles on elements, and bring fonts and images as data. */
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

/**
 * Serves the bundled playground: the page at `/`, asked for anew each time, and its files below `/assets`, whose paths change
 * with their content and may be kept for a year.
 *
 * @param folder what the build wrote
 */
export function playground(folder: string = BUILT): Router {
  const router = express.Router();
  const page = path.join(folder, "index.html");
  router.get("/", secured, (_request, response) => {
    if (existsSync(page)) {
      response.set("Cache-Control", "no-cache").sendFile(page, { cacheControl: false });
    } else {
      response.status(503).type("text/plain").send(NOT_BUILT);
    }
  });
  router.use(
    "/assets",
    secured,
    express.static(path.join(folder, "assets"), { immutable: true, maxAge: "1y", index: false, redirect: false }),
  );
  return router;
}

const NOT_BUILT =
  "The playground is not built: run `npm run build`, then reload. GraphQL itself answers POST requests at /graphql.\n";

const secured: RequestHandler = (_request, response, next) => {
  response.set({
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  });
  next();
};
