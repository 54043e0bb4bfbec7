import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import express, { type RequestHandler, type Router } from "express";
import { pagePolicy } from "./page-policy.js";

/** dist/web/dashboard, beside dist/serve. */
const BUILT = fileURLToPath(new URL("../web/dashboard", import.meta.url));

/**
 * Serves the bundled dashboard: its one page at `/dashboard` and all below it, since its routes are the browser's, and its
 * files below `/dashboard/assets`, whose names change with their content and may be kept for a year.
 *
 * @param folder what the build wrote
 */
export function dashboard(folder: string = BUILT): Router {
  const router = express.Router();
  const page = path.join(folder, "index.html");
  const sendPage: RequestHandler = (_request, response) => {
    if (existsSync(page)) response.set("Cache-Control", "no-cache").sendFile(page, { cacheControl: false });
    else response.status(503).type("text/plain").send(NOT_BUILT);
  };
  router.use("/dashboard", pagePolicy);
  router.use(
    "/dashboard/assets",
    express.static(path.join(folder, "assets"), { immutable: true, maxAge: "1y", index: false, redirect: false }),
    // A file that is not there is not a page.
    (_request, response) => void response.status(404).type("text/plain").send("There is no such file.\n"),
  );
  router.get(["/dashboard", "/dashboard/*route"], sendPage);
  return router;
}

const NOT_BUILT =
  "The dashboard is not built: run `npm run build`, then reload. GraphQL itself answers POST requests at /graphql.\n";
