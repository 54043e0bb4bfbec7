import type { RequestHandler } from "express";

/**
 * Sets the default security headers of every response: no scripts, no loading, no frames and no use by other sites. Routes
 * that serve pages or files set their own policy.
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

/**
 * Sets the policy of files with text from imported folders: a browser that shows one must not run scripts, load anything or
 * embed it in a frame. Files are not cached unless their route says otherwise.
 */
export const filePolicy: RequestHandler = (_request, response, next) => {
  response.set({
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
  });
  next();
};

/** The editors of the pages set styles on elements and embed fonts and images as data. Nothing comes from other sites. */
const PAGE_CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "worker-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Sets the policy of the server's own pages and of the workers that they start. */
export const pagePolicy: RequestHandler = (_request, response, next) => {
  response.set({
    "Content-Security-Policy": PAGE_CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  });
  next();
};
