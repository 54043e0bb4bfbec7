import type { ServerResponse } from "node:http";

/** A signal that is aborted when the response has been sent, or the client has gone before it was. */
export function requestSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once("close", () => controller.abort());
  return controller.signal;
}
