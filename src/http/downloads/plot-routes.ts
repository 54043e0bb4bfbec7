import express, { type Request, type Response, type Router } from "express";
import type { GraphQLSchema } from "graphql";
import { failure } from "../../errors.js";
import type { RequestContexts } from "../request-contexts.js";
import { askedPicture, askedPictureAcross, type AskedPicture } from "../../plots/asked-picture.js";
import { MEDIA_TYPES, plotBytes } from "../../plots/plot-bytes.js";
import { plotFile, type PlotFormat } from "../../plots/plot-paths.js";
import { plotScale } from "../../plots/plot-scale.js";
import type { Renderer } from "../../plots/render/renderer.js";

/**
 * Pictures as files, at addresses that stay:
 *
 *     /studies/<slug>/<kind>.{svg,png,csv,vl.json}              ?theme=dark&rank=8&...
 *     /degradation-across-studies.{svg,png,csv,vl.json}         ?studies=a,b
 *
 * Parameters are the arguments of the fields `Study.plot` and `degradationAcrossStudies`, and of a PNG `scale`. They are kept
 * by their content: a request with the ETag of what would be sent is answered 304. While weights are computed, SVG and PNG
 * say so with status 200 and must not be kept, since an image elsewhere would only be broken by an error; CSV and JSON, which
 * programs read, are 503 with Retry-After.
 */
export function plotRoutes(contexts: RequestContexts, schema: GraphQLSchema, renderer: Renderer): Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    // Names in pictures are not this server's word: no picture may run anything, load anything or be framed.
    response.set({
      "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
      "X-Content-Type-Options": "nosniff",
      // Pages elsewhere, a wiki's, may show them.
      "Cross-Origin-Resource-Policy": "cross-origin",
      // Of errors; pictures have their own.
      "Cache-Control": "no-store",
    });
    next();
  });

  router.get("/studies/:slug/:file", async (request, response, next) => {
    const { slug, file } = request.params;
    const named = plotFile(file);
    if (named === undefined) {
      next();
      return;
    }
    const { scale, parameters } = parametersOf(request, named.format);
    const asked = await askedPicture(contexts.ofRequest(response), schema, { slug, kind: named.kind }, parameters);
    await send(request, response, asked, { ...named, scale, name: `${slug}-${file}` });
  });

  router.get("/:file", async (request, response, next) => {
    const { file } = request.params;
    const named = plotFile(file);
    if (named?.kind !== "DEGRADATION_ACROSS_STUDIES") {
      next();
      return;
    }
    const { scale, parameters } = parametersOf(request, named.format);
    const asked = await askedPictureAcross(contexts.ofRequest(response), schema, parameters);
    await send(request, response, asked, { ...named, scale, name: file });
  });

  return router;

  async function send(
    request: Request,
    response: Response,
    { picture, theme, pendingJobs }: AskedPicture,
    { format, scale, name }: { readonly format: PlotFormat; readonly scale: number; readonly name: string },
  ): Promise<void> {
    const isPending = pendingJobs.length > 0;
    if (isPending && (format === "csv" || format === "vl.json")) {
      throw failure("PLOT_PENDING", { received: `jobs ${pendingJobs.join(", ")}` });
    }
    const { tag, make } = await plotBytes(picture, { format, theme, scale }, renderer);
    response.set({ "Cache-Control": isPending ? "no-store" : "no-cache", "Content-Type": MEDIA_TYPES[format] });
    if (format === "csv") response.set("Content-Disposition", `attachment; filename="${name}"`);
    if (!isPending) {
      response.set("ETag", `"${tag}"`);
      if (isKnown(request, tag)) {
        response.status(304).end();
        return;
      }
    }
    const bytes = await make();
    // Without an ETag of its own, Express would give what must not be kept one.
    response.set("Content-Length", String(Buffer.byteLength(bytes)));
    response.end(request.method === "HEAD" ? undefined : bytes);
  }
}

/** A request's parameters, `scale` apart, which only a PNG has. @throws ARGUMENT_INVALID */
function parametersOf({ query: { scale, ...rest } }: Request, format: PlotFormat) {
  return { scale: plotScale(format === "png" ? scale : undefined), parameters: rest };
}

/**
 * Whether the asker has the file of this tag. Unlike Express' own answer this one minds no Cache-Control of the request: the
 * tag is compared with what would be sent now.
 */
function isKnown(request: Request, tag: string): boolean {
  const known = request.get("If-None-Match")?.split(",") ?? [];
  return known.some((one) => [`"${tag}"`, "*"].includes(one.trim().replace(/^W\//, "")));
}
