import path from "node:path";
import { fileURLToPath } from "node:url";
import express, { type Router } from "express";
import { builtFiles, builtPage, pagePolicy } from "./built-page.js";

/** dist/web/dashboard, where the build writes the dashboard. */
const BUILT = fileURLToPath(new URL("../../web/dashboard", import.meta.url));

/**
 * Serves the dashboard: its page at `/dashboard` and all paths below, because the browser handles its routes, and its files
 * below `/dashboard/assets`.
 *
 * @param folder the output of the build
 */
export function dashboard(folder: string = BUILT): Router {
  const router = express.Router();
  router.use("/dashboard", pagePolicy);
  router.use(
    "/dashboard/assets",
    builtFiles(path.join(folder, "assets")),
    // An unknown file must not be answered with the page.
    (_request, response) => void response.status(404).type("text/plain").send("There is no such file.\n"),
  );
  router.get(["/dashboard", "/dashboard/*route"], builtPage(path.join(folder, "index.html"), "dashboard"));
  return router;
}
