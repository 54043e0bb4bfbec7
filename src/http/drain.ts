import type { RequestHandler } from "express";

/** The state of a server before it stops: a load balancer needs time to send its requests to other servers. */
export interface Drain {
  /** Marks the server as stopping; /readyz reports it. */
  begin(): void;
  isStopping(): boolean;
  /** Handles every request before its route. While the server is stopping, it asks clients to open another connection. */
  readonly handler: RequestHandler;
}

export function openDrain(): Drain {
  let isStopping = false;
  return {
    begin() {
      isStopping = true;
    },
    isStopping: () => isStopping,
    handler(_request, response, next) {
      if (isStopping) response.set("Connection", "close");
      next();
    },
  };
}
