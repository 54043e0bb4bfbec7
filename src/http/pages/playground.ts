import path from "node:path";
import { fileURLToPath } from "node:url";
import express, { type Router } from "express";
import { builtFiles, builtPage, pagePolicy } from "./built-page.js";

/** dist/web, where the build writes the playground. */
const BUILT = fileURLToPath(new URL("../../web", import.meta.url));

/**
 * Serves the playground: its page at `/` and its files below `/assets`.
 *
 * @param folder the output of the build
 */
export function playground(folder: string = BUILT): Router {
  const router = express.Router();
  router.get("/", pagePolicy, builtPage(path.join(folder, "index.html"), "playground"));
  router.use("/assets", pagePolicy, builtFiles(path.join(folder, "assets")));
  return router;
}
