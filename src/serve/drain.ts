import type { RequestHandler } from "express";

/** Whether the server is about to stop. */
export interface Drain {
  /** From now on /readyz answers 503, and every answer tells its client to open another connection for the next request. */
  begin(): void;
  /** Stands before all routes. */
  readonly route: RequestHandler;
}

/** What a load balancer needs to send its requests elsewhere before this server stops. */
export function openDrain(): Drain {
  let isStopping = false;
  return {
    begin() {
      isStopping = true;
    },
    route(request, response, next) {
      if (!isStopping) {
        next();
        return;
      }
      response.set("Connection", "close");
      if (request.path === "/readyz")
        response.status(503).set("Cache-Control", "no-store").json({ status: "stopping" });
      else next();
    },
  };
}
