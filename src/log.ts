import { AsyncLocalStorage } from "node:async_hooks";
import { pino, type DestinationStream, type Logger } from "pino";

export type Log = Logger;

/** Fields of every line that is logged during a request. */
export interface RequestLabel {
  /** `X-Request-Id`, the client's own or made here. */
  readonly requestId: string;
  /** `query`, `mutation` or `subscription`, once that is known. */
  operation?: string;
}

const labels = new AsyncLocalStorage<RequestLabel>();

/** Runs `work`, and all that comes of it, with `label` on every line that it logs. */
export function withRequestLabel<Result>(label: RequestLabel, work: () => Result): Result {
  return labels.run(label, work);
}

/** The label of the request that is being answered, if one is. */
export function currentRequestLabel(): RequestLabel | undefined {
  return labels.getStore();
}

/** Headers with credentials. Errors of HTTP clients contain the headers that were sent. */
const SECRETS = ["authorization", "cookie", "password", "token", "connectionString", '["set-cookie"]'];
/** How deep they are looked for: pino takes no wildcard for any depth. */
const PLACES = ["", "*.", "*.*.", "*.*.*."];

/**
 * A structured logger, to standard error unless told otherwise: standard output stays free for what a command prints. What
 * may hold a secret is replaced by its name, `[REDACTED]`.
 */
export function openLog(level: string, destination: DestinationStream = pino.destination({ fd: 2, sync: true })): Log {
  const paths = PLACES.flatMap((place) =>
    SECRETS.map((secret) => (secret.startsWith("[") ? `${place.replace(/\.$/, "")}${secret}` : `${place}${secret}`)),
  );
  return pino(
    { level, base: null, mixin: () => ({ ...labels.getStore() }), redact: { paths, censor: "[REDACTED]" } },
    destination,
  );
}
