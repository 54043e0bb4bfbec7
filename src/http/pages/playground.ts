import path from "node:path";
import { fileURLToPath } from "node:url";
import express, { type Router } from "express";
import { BUILT_FILES, builtPage } from "./built-page.js";
import { pagePolicy } from "./page-policy.js";

/** dist/web, beside dist/serve. */
const BUILT = fileURLToPath(new URL("../../web", import.meta.url));

/**
 * Serves the bundled playground: the page at `/`, asked for anew each time, and its files below `/assets`, whose paths change
 * with their content and may be kept for a year.
 *
 * @param folder what the build wrote
 */
export function playground(folder: string = BUILT): Router {
  const router = express.Router();
  router.get("/", pagePolicy, builtPage(path.join(folder, "index.html"), "playground"));
  router.use("/assets", pagePolicy, express.static(path.join(folder, "assets"), BUILT_FILES));
  return router;
}
