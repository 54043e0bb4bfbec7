import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { RequestHandler } from "express";
import { TRACER } from "../../trace.js";
import { routeOf } from "./measure-requests.js";

/** Runs what follows in a span of the request, which goes on with the trace that its `traceparent` names. */
export function traceRequests(): RequestHandler {
  return (request, response, next) => {
    const { method, headers, path } = request;
    const span = trace
      .getTracer(TRACER)
      .startSpan(
        method,
        { kind: SpanKind.SERVER, attributes: { "http.request.method": method, "url.path": path } },
        propagation.extract(ROOT_CONTEXT, headers),
      );
    const active = trace.setSpan(ROOT_CONTEXT, span);
    response.once("close", () => {
      const status = response.statusCode;
      const route = routeOf(request);
      span.updateName(`${method} ${route}`).setAttributes({ "http.route": route, "http.response.status_code": status });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(active, next);
  };
}

/** Runs a GraphQL operation in a span below the request's. It is named when the operation is known. */
export function traceOperations(): RequestHandler {
  return (_request, response, next) => {
    const span = trace.getTracer(TRACER).startSpan("graphql");
    response.once("close", () => span.end());
    context.with(trace.setSpan(context.active(), span), next);
  };
}
