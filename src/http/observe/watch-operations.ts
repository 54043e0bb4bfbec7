import type { ApolloServerPlugin } from "@apollo/server";
import { trace, context, propagation, ROOT_CONTEXT, SpanKind, type Context, type Span } from "@opentelemetry/api";
import { getOperationAST, type ExecutionArgs, type ExecutionResult } from "graphql";
import { TRACER } from "../../trace.js";
import type { RequestObserver, OperationOutcome, OperationType } from "../server-services.js";
import { secondsSince } from "./measure-requests.js";

/** Reports each operation over HTTP to `observe`, and names its active span. */
export function watchOperations(observe: RequestObserver | undefined): ApolloServerPlugin {
  return {
    requestDidStart: () => {
      const began = performance.now();
      return Promise.resolve({
        didResolveOperation({ operation, operationName }) {
          nameOperation(trace.getActiveSpan(), operation?.operation ?? "unknown", operationName);
          return Promise.resolve();
        },
        willSendResponse({ operation, response: { body } }) {
          const result = body.kind === "single" ? body.singleResult : body.initialResult;
          observe?.operation(operation?.operation ?? "unknown", outcomeOf(result), secondsSince(began));
          for (const { extensions } of result.errors ?? []) observe?.error(String(extensions?.["code"]));
          return Promise.resolve();
        },
      });
    },
  };
}

/** Observes operations over WebSockets, as the request and Apollo's plugin observe those over HTTP. */
interface SocketOperations {
  /** Sets the trace of the operation that will run with `args`, if the carrier has a W3C traceparent. */
  setParent(args: object, carrier: object): void;
  /** Reports an operation that is not executed. @param began by performance.now() */
  refused(type: OperationType | undefined, began: number): void;
  /**
   * Runs an operation in its own span and reports it when `work` has returned. A subscription, which can last for days, is
   * reported when it has started or has failed to.
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
    setParent(args, carrier) {
      if (isTraced) parents.set(args, propagation.extract(ROOT_CONTEXT, carrier));
    },
    refused: (type, began) => observe?.operation(type ?? "unknown", "refused", secondsSince(began)),
    async run(args, work) {
      const began = performance.now();
      const operation = getOperationAST(args.document, args.operationName);
      const type: OperationType = operation?.operation ?? "unknown";
      const parent = parents.get(args) ?? ROOT_CONTEXT;
      const span = isTraced
        ? trace.getTracer(TRACER).startSpan("graphql", { kind: SpanKind.SERVER }, parent)
        : undefined;
      nameOperation(span, type, operation?.name?.value);
      try {
        const result = await (span === undefined ? work() : context.with(trace.setSpan(parent, span), work));
        observe?.operation(type, startOutcome(type, result), secondsSince(began));
        return result;
      } finally {
        span?.end();
      }
    },
  };
}

function startOutcome(type: OperationType, result: AsyncIterable<unknown> | ExecutionResult): OperationOutcome {
  if (Symbol.asyncIterator in result) return "ok";
  // A subscription that failed to start was executed; its result has no data that shows it.
  return outcomeOf(type === "subscription" ? { data: null, ...result } : result);
}

/** Maximum length of an operation's name in a span. */
const MAX_NAME_LENGTH = 100;

/** Names the span of an operation: `query Diagnose`. */
function nameOperation(span: Span | undefined, type: OperationType, name: string | null | undefined): void {
  if (span === undefined) return;
  if (name != null) span.setAttribute("graphql.operation.name", name.slice(0, MAX_NAME_LENGTH));
  const title = `${type} ${name ?? ""}`.trim().slice(0, MAX_NAME_LENGTH);
  span.setAttribute("graphql.operation.type", type).updateName(title);
}

/** Returns the outcome of an operation from its result. */
function outcomeOf({ data, errors = [] }: { data?: unknown; errors?: readonly unknown[] }): OperationOutcome {
  if (errors.length === 0) return "ok";
  if (data === undefined) return "refused";
  return data === null ? "error" : "partial";
}
