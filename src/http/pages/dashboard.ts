import path from "node:path";
import { fileURLToPath } from "node:url";
import express, { type Router } from "express";
import { BUILT_FILES, builtPage } from "./built-page.js";
import { pagePolicy } from "./page-policy.js";

/** dist/web/dashboard, beside dist/serve. */
const BUILT = fileURLToPath(new URL("../../web/dashboard", import.meta.url));

/**
 * Serves the bundled dashboard: its one page at `/dashboard` and all below it, since its routes are the browser's, and its
 * files below `/dashboard/assets`, whose names change with their content and may be kept for a year.
 *
 * @param folder what the build wrote
 */
export function dashboard(folder: string = BUILT): Router {
  const router = express.Router();
  router.use("/dashboard", pagePolicy);
  router.use(
    "/dashboard/assets",
    express.static(path.join(folder, "assets"), BUILT_FILES),
    // A file that is not there is not a page.
    (_request, response) => void response.status(404).type("text/plain").send("There is no such file.\n"),
  );
  router.get(["/dashboard", "/dashboard/*route"], builtPage(path.join(folder, "index.html"), "dashboard"));
  return router;
}
