import { AsyncLocalStorage } from "node:async_hooks";
import { pino, type DestinationStream, type Logger } from "pino";
import { visibleText } from "./model/visible-text.js";

export type Log = Logger;

/** Fields of every line that is logged during a request. */
export interface RequestLabel {
  /** Value of `X-Request-Id`: the client's, or a generated one. */
  readonly requestId: string;
  /** `query`, `mutation` or `subscription`, once that is known. */
  operation?: string;
}

const labels = new AsyncLocalStorage<RequestLabel>();

/** Runs `work`. Every line that it, or what it starts, logs has `label`. */
export function withRequestLabel<Result>(label: RequestLabel, work: () => Result): Result {
  return labels.run(label, work);
}

/** Returns the label of the current request; undefined outside of requests. */
export function currentRequestLabel(): RequestLabel | undefined {
  return labels.getStore();
}

/** Headers with credentials. Errors of HTTP clients contain the headers that were sent. */
const SECRETS = ["authorization", "cookie", "password", "token", "connectionString", '["set-cookie"]'];
/** Prefixes of their paths. pino has no wildcard for any depth, so each depth is listed. */
const PATH_PREFIXES = ["", "*.", "*.*.", "*.*.*."];

/**
 * Opens a structured logger, on standard error by default: standard output is for what commands print. Values that may
 * contain secrets are replaced by `[REDACTED]`.
 */
export function openLog(level: string, destination: DestinationStream = pino.destination({ fd: 2, sync: true })): Log {
  const paths = PATH_PREFIXES.flatMap((prefix) =>
    SECRETS.map((secret) => (secret.startsWith("[") ? `${prefix.replace(/\.$/, "")}${secret}` : `${prefix}${secret}`)),
  );
  return pino(
    { level, base: null, mixin: () => ({ ...labels.getStore() }), redact: { paths, censor: "[REDACTED]" } },
    // JSON keeps the C1 controls and marks of direction that a terminal obeys.
    { write: (line) => destination.write(visibleText(line)) },
  );
}
