import express, { type Request, type Response, type Router } from "express";
import type { GraphQLSchema } from "graphql";
import { failure } from "../../errors.js";
import { MEDIA_TYPES, plotBytes, plotScale } from "../../plots/plot-bytes.js";
import { plotFile, type PlotFormat } from "../../plots/plot-paths.js";
import type { Renderer } from "../../plots/render/renderer.js";
import { requestedPlot, requestedPlotAcrossStudies, type RequestedPlot } from "../../plots/requested-plot.js";
import { filePolicy } from "../guards/security-headers.js";
import type { RequestContexts } from "../request-contexts.js";

/** The requested file: its name, its format and, for a PNG, the scale. */
interface FileRequest {
  readonly name: string;
  readonly format: PlotFormat;
  readonly scale: number;
}

/**
 * Serves plots as files:
 *
 *     /studies/<slug>/<kind>.{svg,png,csv,vl.json}              ?theme=dark&rank=8&...
 *     /degradation-across-studies.{svg,png,csv,vl.json}         ?studies=a,b
 *
 * The parameters are the arguments of the fields `Study.plot` and `degradationAcrossStudies`, and `scale` for a PNG. The ETag
 * of a file identifies its content; a request with the current ETag is answered with 304. While weights are being computed,
 * SVG and PNG have status 200, show that the plot is pending and must not be cached, because an embedded image cannot show an
 * error. CSV and JSON, which programs read, are answered with 503 and Retry-After.
 */
export function plotRoutes(contexts: RequestContexts, schema: GraphQLSchema, renderer: Renderer): Router {
  const router = express.Router();
  router.use(filePolicy, (_request, response, next) => {
    // Pages of other sites, such as a wiki, may embed plots.
    response.set("Cross-Origin-Resource-Policy", "cross-origin");
    next();
  });

  router.get("/studies/:slug/:file", async (request, response, next) => {
    const { slug, file } = request.params;
    const parsed = plotFile(file);
    if (parsed === undefined) {
      next();
      return;
    }
    const { kind, format } = parsed;
    const { scale, parameters } = parametersOf(request, format);
    const plot = await requestedPlot(contexts.ofRequest(response), schema, { slug, kind }, parameters);
    await sendPlot(request, response, plot, { name: `${slug}-${file}`, format, scale }, renderer);
  });

  router.get("/:file", async (request, response, next) => {
    const { file } = request.params;
    const parsed = plotFile(file);
    if (parsed?.kind !== "DEGRADATION_ACROSS_STUDIES") {
      next();
      return;
    }
    const { format } = parsed;
    const { scale, parameters } = parametersOf(request, format);
    const plot = await requestedPlotAcrossStudies(contexts.ofRequest(response), schema, parameters);
    await sendPlot(request, response, plot, { name: file, format, scale }, renderer);
  });

  return router;
}

/** @throws PLOT_PENDING, PLOT_QUEUE_FULL, PLOT_FAILED */
async function sendPlot(
  request: Request,
  response: Response,
  { plot, theme, pendingJobs }: RequestedPlot,
  { name, format, scale }: FileRequest,
  renderer: Renderer,
): Promise<void> {
  const isPending = pendingJobs.length > 0;
  if (isPending && (format === "csv" || format === "vl.json")) {
    throw failure("PLOT_PENDING", { received: `jobs ${pendingJobs.join(", ")}` });
  }
  const { tag, make } = plotBytes(plot, { format, theme, scale }, renderer);
  response.set({ "Cache-Control": isPending ? "no-store" : "no-cache", "Content-Type": MEDIA_TYPES[format] });
  if (format === "csv") response.set("Content-Disposition", `attachment; filename="${name}"`);
  if (!isPending) {
    response.set("ETag", `"${tag}"`);
    if (hasCurrentTag(request, tag)) {
      response.status(304).end();
      return;
    }
  }
  const bytes = await make();
  // Express's send() would add an ETag to a pending plot, which must not be cached.
  response.set("Content-Length", String(Buffer.byteLength(bytes)));
  response.end(request.method === "HEAD" ? undefined : bytes);
}

/** Returns a request's parameters, with `scale` apart: only a PNG has one. @throws ARGUMENT_INVALID */
function parametersOf({ query: { scale, ...parameters } }: Request, format: PlotFormat) {
  return { scale: plotScale(format === "png" ? scale : undefined), parameters };
}

/** Whether the client's copy has this tag. Unlike Express's check, it ignores the Cache-Control header of the request. */
function hasCurrentTag(request: Request, tag: string): boolean {
  const tags = request.get("If-None-Match")?.split(",") ?? [];
  return tags.some((one) => [`"${tag}"`, "*"].includes(one.trim().replace(/^W\//, "")));
}
