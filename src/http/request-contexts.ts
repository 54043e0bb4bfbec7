import type { Response } from "express";
import { noDeadline, requestDeadline } from "../analysis/request/request-deadline.js";
import type { Principal } from "../graphql/access/principal.js";
import type { StudyCache } from "../analysis/request/study-cache.js";
import { openContext, type Context, type Services } from "../graphql/context.js";
import type { Limits } from "../model/limits.js";
import type { ReadingConnections, WebConnections } from "../store/web-connections.js";
import { principalOf } from "./access/request-principal.js";
import { requestSignal } from "./request-signal.js";

/** Opens the contexts of requests: it decides which connections a request uses and when its deadline is. */
export interface RequestContexts {
  /** Returns the context of a request with a deadline. */
  ofRequest(response: Response): Context;
  /** Returns the context of a download, which has no deadline: it lasts as long as its client reads. */
  ofDownload(response: Response): Context;
  /** Returns the context of an operation over a WebSocket. Subscriptions have no deadline. */
  ofOperation(principal: Principal, signal: AbortSignal, kind: "query" | "mutation" | "subscription"): Context;
}

interface RequestContextOptions {
  readonly limits: Limits;
  readonly connections: WebConnections;
  readonly studyCache: StudyCache;
}

export function requestContexts(services: Services, options: RequestContextOptions): RequestContexts {
  const { limits, connections, studyCache } = options;
  function untimed(principal: Principal, signal: AbortSignal, use: keyof ReadingConnections): Context {
    const database = connections.of(principal.studies)[use];
    return openContext(services, { principal, limits, database, studyCache, deadline: noDeadline(signal) });
  }
  function timed(principal: Principal, signal: AbortSignal): Context {
    const database = connections.of(principal.studies).queries;
    const deadline = requestDeadline(signal, limits.requestSeconds);
    return openContext(services, { principal, limits, database, studyCache, deadline });
  }
  return {
    ofRequest: (response) => timed(principalOf(response), requestSignal(response)),
    ofDownload: (response) => untimed(principalOf(response), requestSignal(response), "downloads"),
    ofOperation: (principal, signal, kind) =>
      kind === "subscription" ? untimed(principal, signal, "queries") : timed(principal, signal),
  };
}
