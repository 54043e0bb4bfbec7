import type { ServerResponse } from "node:http";
import type { ErrorRequestHandler, RequestHandler } from "express";
import { type RankscopeError, failure, UNFORESEEN } from "../errors.js";
import { httpStatus } from "../graphql/errors/graphql-error.js";
import { knownFailure } from "../graphql/errors/known-failure.js";
import type { Log } from "../log.js";
import { databaseFailure } from "../store/database-failure.js";

/** Value of Retry-After for transient errors whose end is not known. */
const RETRY_AFTER_SECONDS = 1;

/** Sends an error in GraphQL's JSON form, on any route. */
export function sendError(
  response: ServerResponse,
  { code, message }: RankscopeError,
  retryAfterSeconds = RETRY_AFTER_SECONDS,
): void {
  const status = httpStatus(code);
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  for (const header of ["Content-Disposition", "ETag"]) response.removeHeader(header);
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    ...(status === 401 ? { "WWW-Authenticate": "Bearer" } : {}),
    ...(status === 429 || status === 503 ? { "Retry-After": String(retryAfterSeconds) } : {}),
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}

/** An error of Express or body-parser, as far as it is used here. */
interface MiddlewareError {
  readonly status?: number;
  readonly type?: string;
  readonly limit?: number;
  readonly length?: number;
}

/** Descriptions of body-parser's error types. */
const BODY_ERRORS: Readonly<Record<string, string>> = {
  "entity.parse.failed": "a body that is not valid JSON",
  "entity.verify.failed": "a body that cannot be verified",
  "encoding.unsupported": "a body with an unsupported encoding",
  "charset.unsupported": "a body with an unsupported character set",
  "request.aborted": "an incomplete body",
  "request.size.invalid": "a body whose size differs from Content-Length",
};

/** Sends errors as JSON in GraphQL's form, where Express would send HTML. The details of an unforeseen error are only logged. */
export function handleErrors(log: Log): ErrorRequestHandler {
  return (error: MiddlewareError, _request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const known = knownFailure(error);
    if (known !== undefined) {
      sendError(response, known);
      return;
    }
    const databaseError = databaseFailure(error);
    if (databaseError !== undefined) {
      log.warn({ err: error }, "a request failed because of the database");
      sendError(response, databaseError);
      return;
    }
    const { status } = error;
    if (status === undefined || status < 400 || status >= 500) {
      log.error({ err: error }, "a request failed unexpectedly");
      response.status(500).json({ errors: [{ message: UNFORESEEN, extensions: { code: "INTERNAL" } }] });
      return;
    }
    const { message, code } = requestError(error);
    response.status(status).json({ errors: [{ message, extensions: { code } }] });
  };
}

function requestError({ type = "", limit, length }: MiddlewareError): RankscopeError {
  if (type !== "entity.too.large") {
    return failure("REQUEST_INVALID", { received: BODY_ERRORS[type] ?? "an invalid URL or header" });
  }
  return failure("QUERY_TOO_LARGE", {
    where: "the body",
    received: `${length ?? "more"} bytes`,
    allowed: `${limit ?? "fewer"} bytes`,
  });
}

/** Rejects a request that no route has handled. */
export const rejectUnknownPath: RequestHandler = (request, response) => {
  sendError(response, failure("NOT_SERVED", { received: `${request.method} ${request.path.slice(0, 200)}` }));
};
