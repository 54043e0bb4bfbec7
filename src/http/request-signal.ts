import type { ServerResponse } from "node:http";
import { failure } from "../errors.js";

/** One signal for each response: a listener for each use would exceed Node's limit. */
const SIGNALS = new WeakMap<ServerResponse, AbortSignal>();

/** Returns a signal that is aborted when the response has been sent, or when its connection closes before. */
export function requestSignal(response: ServerResponse): AbortSignal {
  const known = SIGNALS.get(response);
  if (known !== undefined) return known;
  const controller = new AbortController();
  response.once("close", () => controller.abort(failure("REQUEST_CANCELLED")));
  SIGNALS.set(response, controller.signal);
  return controller.signal;
}
