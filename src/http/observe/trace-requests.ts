import { context, propagation, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { RequestHandler } from "express";
import { TRACER } from "../../trace.js";
import { routePattern } from "../route-names.js";

/** Handles a request in its own span, which continues the trace of its `traceparent` header. */
export function traceRequests(): RequestHandler {
  return (request, response, next) => {
    const { method, headers, path } = request;
    const attributes = { "http.request.method": method, "url.path": path };
    const parent = propagation.extract(ROOT_CONTEXT, headers);
    const span = trace.getTracer(TRACER).startSpan(method, { kind: SpanKind.SERVER, attributes }, parent);
    response.once("close", () => {
      const status = response.statusCode;
      const route = routePattern(request);
      span.updateName(`${method} ${route}`).setAttributes({ "http.route": route, "http.response.status_code": status });
      if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(trace.setSpan(ROOT_CONTEXT, span), next);
  };
}

/** Handles a GraphQL operation in a child span of the request's. The span is named when the operation is known. */
export function traceOperations(): RequestHandler {
  return (_request, response, next) => {
    const span = trace.getTracer(TRACER).startSpan("graphql");
    response.once("close", () => span.end());
    context.with(trace.setSpan(context.active(), span), next);
  };
}
