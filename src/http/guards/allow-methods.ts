import type { RequestHandler } from "express";
import { failure } from "../../errors.js";

/** Rejects requests with other methods. */
export function allowMethods(...methods: readonly string[]): RequestHandler {
  const allowed = methods.join(", ");
  return (request, response, next) => {
    if (methods.includes(request.method)) {
      next();
      return;
    }
    const { message, code } = failure("REQUEST_INVALID", { received: `the method ${request.method}`, allowed });
    response
      .status(405)
      .set("Allow", allowed)
      .json({ errors: [{ message, extensions: { code } }] });
  };
}
