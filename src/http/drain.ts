import type { RequestHandler } from "express";

/** Whether the server is about to stop. */
export interface Drain {
  /** From now on it is; /readyz says so. */
  begin(): void;
  isStopping(): boolean;
  /** Stands before all routes: then every answer tells its client to open another connection for the next request. */
  readonly route: RequestHandler;
}

/** What a load balancer needs to send its requests elsewhere before this server stops. */
export function openDrain(): Drain {
  let isStopping = false;
  return {
    begin() {
      isStopping = true;
    },
    isStopping: () => isStopping,
    route(_request, response, next) {
      if (isStopping) response.set("Connection", "close");
      next();
    },
  };
}
