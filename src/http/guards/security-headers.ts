import type { RequestHandler } from "express";

/**
 * What every answer says to browsers. Nothing here is a page unless its route says so, by a policy of its own: what is left
 * runs nothing, loads nothing, is in no frame and in no page of another site.
 */
export const securityHeaders: RequestHandler = (_request, response, next) => {
  response.set({
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
  });
  next();
};
