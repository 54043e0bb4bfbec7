import type { ErrorRequestHandler, RequestHandler } from "express";
import { failure, UNFORESEEN } from "../errors.js";
import type { Log } from "../log.js";
import { databaseFailure } from "../store/database-failure.js";
import { knownFailure } from "../graphql/errors/known-failure.js";
import { refuse } from "./refuse.js";

/** What body-parser finds wrong with a body, by its name for it. */
const OF_BODY: Readonly<Record<string, string>> = {
  "entity.parse.failed": "a body that is no JSON",
  "entity.verify.failed": "a body that cannot be verified",
  "encoding.unsupported": "a body in an encoding that is not known",
  "charset.unsupported": "a body in a character set that is not known",
  "request.aborted": "half a body",
  "request.size.invalid": "a body of another length than its head says",
};

/** Answers what Express would answer in HTML in JSON, in GraphQL's form; of a cause that was not foreseen it tells nothing. */
export function jsonErrors(log: Log): ErrorRequestHandler {
  return (error: { status?: number; type?: string; limit?: number; length?: number }, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const known = knownFailure(error);
    if (known !== undefined) {
      refuse(response, known);
      return;
    }
    const trouble = databaseFailure(error);
    if (trouble !== undefined) {
      log.warn({ err: error }, "the database failed a request");
      refuse(response, trouble);
      return;
    }
    const { status, type = "" } = error;
    if (status === undefined || status < 400 || status >= 500) {
      log.error({ err: error }, "a request failed unexpectedly");
      response.status(500).json({ errors: [{ message: UNFORESEEN, extensions: { code: "INTERNAL" } }] });
      return;
    }
    const { message, code } =
      type === "entity.too.large"
        ? failure("QUERY_TOO_LARGE", {
            where: "the body",
            received: `${error.length ?? "more"} bytes`,
            allowed: `${error.limit ?? "fewer"} bytes`,
          })
        : failure("REQUEST_INVALID", { received: OF_BODY[type] ?? "an address or head that is not well formed" });
    response.status(status).json({ errors: [{ message, extensions: { code } }] });
  };
}

/** Answers what no route has, in JSON as well. */
export const notServed: RequestHandler = (request, response) => {
  refuse(response, failure("NOT_SERVED", { received: `${request.method} ${request.path.slice(0, 200)}` }));
};
