import type { ServerResponse } from "node:http";
import { failure } from "../errors.js";

/** One a response: so many ask for it that Node would warn of their listeners. */
const SIGNALS = new WeakMap<ServerResponse, AbortSignal>();

/** A signal that is aborted when the response has been sent, or its connection has ended before it was. */
export function requestSignal(response: ServerResponse): AbortSignal {
  const known = SIGNALS.get(response);
  if (known !== undefined) return known;
  const controller = new AbortController();
  response.once("close", () => controller.abort(failure("REQUEST_CANCELLED")));
  SIGNALS.set(response, controller.signal);
  return controller.signal;
}
