import type { ServerResponse } from "node:http";
import type { RankscopeError } from "../errors.js";
import { httpStatus } from "../graphql/errors/http-status.js";

/** Value of Retry-After for transient errors. */
const RETRY_AFTER_SECONDS = "1";

/** Sends an error in GraphQL's JSON form, on any route. */
export function sendError(response: ServerResponse, { code, message }: RankscopeError): void {
  const status = httpStatus(code);
  const body = JSON.stringify({ errors: [{ message, extensions: { code } }] });
  for (const header of ["Content-Disposition", "ETag"]) response.removeHeader(header);
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    ...(status === 401 ? { "WWW-Authenticate": "Bearer" } : {}),
    ...(status === 429 || status === 503 ? { "Retry-After": RETRY_AFTER_SECONDS } : {}),
  });
  response.end(response.req.method === "HEAD" ? undefined : body);
}
