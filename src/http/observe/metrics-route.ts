import type { RequestHandler } from "express";
import type { MetricsText } from "../server-services.js";

/** Answers the numbers as they are now. */
export function metricsRoute(text: () => Promise<MetricsText>): RequestHandler {
  return async (_request, response) => {
    const { type, body } = await text();
    response.set({ "Content-Type": type, "Cache-Control": "no-store" }).send(body);
  };
}
