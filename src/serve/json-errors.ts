import type { ErrorRequestHandler } from "express";
import type { Log } from "../log.js";

/** Answers what Express would answer in HTML (a body that is no JSON, or too large) in JSON, in GraphQL's form. */
export function jsonErrors(log: Log): ErrorRequestHandler {
  return (error: { status?: number; type?: string; message?: string }, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const status = error.status !== undefined && error.status >= 400 && error.status < 500 ? error.status : 500;
    if (status === 500) log.error({ err: error }, "a request failed unexpectedly");
    const message = status === 500 ? "Something went wrong here; the server's log has the cause." : error.message;
    const code = status === 500 ? "INTERNAL" : "BAD_REQUEST";
    response.status(status).json({ errors: [{ message, extensions: { code } }] });
  };
}
