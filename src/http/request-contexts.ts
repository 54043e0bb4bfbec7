import type { Response } from "express";
import type { ReadingConnections, WebConnections } from "../store/web-connections.js";
import type { Principal } from "../graphql/access/principal.js";
import { callerOf } from "./access/caller-of.js";
import { openContext, type Context, type Services } from "../graphql/context.js";
import type { Limits } from "../model/limits.js";
import { noDeadline, requestDeadline } from "../analysis/request/request-deadline.js";
import { requestSignal } from "./request-signal.js";

/** Opens the contexts of requests: the one place that decides what a request reads by, and for how long. */
export interface RequestContexts {
  /** Of a request that must be answered in time. */
  ofRequest(response: Response): Context;
  /** Of a download, which takes as long as its client reads. */
  ofDownload(response: Response): Context;
  /** Of an operation over a WebSocket; subscriptions have no deadline. */
  ofOperation(principal: Principal, signal: AbortSignal, kind: "query" | "mutation" | "subscription"): Context;
}

export function requestContexts(
  services: Services,
  { limits, connections }: { readonly limits: Limits; readonly connections: WebConnections },
): RequestContexts {
  const reading = (principal: Principal, signal: AbortSignal, use: keyof ReadingConnections) => ({
    ...{ principal, limits },
    database: connections.of(principal.studies)[use],
    deadline: noDeadline(signal),
  });
  const timed = (principal: Principal, signal: AbortSignal) =>
    openContext(services, {
      ...reading(principal, signal, "queries"),
      deadline: requestDeadline(signal, limits.requestSeconds),
    });
  return {
    ofRequest: (response) => timed(callerOf(response), requestSignal(response)),
    ofDownload: (response) => openContext(services, reading(callerOf(response), requestSignal(response), "downloads")),
    ofOperation: (principal, signal, kind) =>
      kind === "subscription" ? openContext(services, reading(principal, signal, "queries")) : timed(principal, signal),
  };
}
