import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import express, { type Router } from "express";
import { pagePolicy } from "./page-policy.js";

/** dist/web, beside dist/serve. */
const BUILT = fileURLToPath(new URL("../web", import.meta.url));

/**
 * Serves the bundled playground: the page at `/`, asked for anew each time, and its files below `/assets`, whose paths change
 * with their content and may be kept for a year.
 *
 * @param folder what the build wrote
 */
export function playground(folder: string = BUILT): Router {
  const router = express.Router();
  const page = path.join(folder, "index.html");
  router.get("/", pagePolicy, (_request, response) => {
    if (existsSync(page)) {
      response.set("Cache-Control", "no-cache").sendFile(page, { cacheControl: false });
    } else {
      response.status(503).type("text/plain").send(NOT_BUILT);
    }
  });
  router.use(
    "/assets",
    pagePolicy,
    express.static(path.join(folder, "assets"), { immutable: true, maxAge: "1y", index: false, redirect: false }),
  );
  return router;
}

const NOT_BUILT =
  "The playground is not built: run `npm run build`, then reload. GraphQL itself answers POST requests at /graphql.\n";
