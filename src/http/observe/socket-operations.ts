import { context, propagation, ROOT_CONTEXT, SpanKind, trace, type Context } from "@opentelemetry/api";
import { getOperationAST, type ExecutionArgs, type ExecutionResult } from "graphql";
import { TRACER } from "../../trace.js";
import { nameOperation } from "./name-operation.js";
import { outcomeOf } from "./outcome-of.js";
import type { OperationType, RequestObserver } from "./request-observer.js";

/** Watches operations over WebSockets, as those by HTTP are by their request and Apollo's plugin. */
export interface SocketOperations {
  /** Notes of whose trace an operation is that will run with `args`: the carrier may have a W3C traceparent. */
  from(args: object, carrier: object): void;
  /** One that is not executed. @param began by performance.now() */
  refused(type: OperationType | undefined, began: number): void;
  /**
   * Runs an operation in a span of its own, and tells of it when `work` has answered: of a subscription, which may go on for
   * days, when that has begun or has failed to.
   */
  run<Result extends AsyncIterable<unknown> | ExecutionResult>(
    args: ExecutionArgs,
    work: () => Promise<Result>,
  ): Promise<Result>;
}

export function watchSocketOperations(
  observe: RequestObserver | undefined,
  { isTraced }: { readonly isTraced: boolean },
): SocketOperations {
  const parents = new WeakMap<object, Context>();
  return {
    from(args, carrier) {
      if (isTraced) parents.set(args, propagation.extract(ROOT_CONTEXT, carrier));
    },
    refused: (type, began) => observe?.operation(type ?? "unknown", "refused", secondsSince(began)),
    async run(args, work) {
      const began = performance.now();
      const operation = getOperationAST(args.document, args.operationName);
      const type: OperationType = operation?.operation ?? "unknown";
      const above = parents.get(args) ?? ROOT_CONTEXT;
      const span = isTraced
        ? trace.getTracer(TRACER).startSpan("graphql", { kind: SpanKind.SERVER }, above)
        : undefined;
      nameOperation(span, type, operation?.name?.value);
      try {
        const result = await (span === undefined ? work() : context.with(trace.setSpan(above, span), work));
        // A subscription that could not begin was executed, and has no data to say so.
        const outcome =
          Symbol.asyncIterator in result
            ? "ok"
            : outcomeOf(type === "subscription" ? { data: null, ...result } : result);
        observe?.operation(type, outcome, secondsSince(began));
        return result;
      } finally {
        span?.end();
      }
    },
  };
}

const secondsSince = (began: number) => (performance.now() - began) / 1000;
