import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import express, { type RequestHandler, type Router } from "express";
import { pagePolicy } from "./guards/security-headers.js";

/** dist/web, where the build writes the playground and, in a folder of its own, the dashboard. */
const BUILT = fileURLToPath(new URL("../web", import.meta.url));

/**
 * Serves the dashboard: its page at `/dashboard` and all paths below, because the browser handles its routes, and its files
 * below `/dashboard/assets`.
 *
 * @param folder the output of the build
 */
export function dashboard(folder = path.join(BUILT, "dashboard")): Router {
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

/**
 * Serves the playground: its page at `/` and its files below `/assets`.
 *
 * @param folder the output of the build
 */
export function playground(folder = BUILT): Router {
  const router = express.Router();
  router.get("/", pagePolicy, builtPage(path.join(folder, "index.html"), "playground"));
  router.use("/assets", pagePolicy, builtFiles(path.join(folder, "assets")));
  return router;
}

/** Serves the built files of a folder. Their names change with their content, so they can be cached for a year. */
function builtFiles(folder: string): RequestHandler {
  return express.static(folder, { immutable: true, maxAge: "1y", index: false, redirect: false });
}

/**
 * Sends a built page, uncached, or an explanation if it has not been built.
 *
 * @param name the name of the page: "playground"
 */
function builtPage(file: string, name: string): RequestHandler {
  return (_request, response) => {
    if (existsSync(file)) response.set("Cache-Control", "no-cache").sendFile(file, { cacheControl: false });
    else response.status(503).type("text/plain").send(notBuilt(name));
  };
}

const notBuilt = (name: string) =>
  `The ${name} is not built. Run \`npm run build\`, then reload. The API answers POST requests at /graphql.\n`;
