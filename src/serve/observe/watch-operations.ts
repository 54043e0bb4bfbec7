import type { ApolloServerPlugin } from "@apollo/server";
import { trace } from "@opentelemetry/api";
import type { GraphQLFormattedError } from "graphql";
import type { OperationOutcome, RequestObserver } from "./request-observer.js";

/** A longer operation name is cut in a span's. */
const MAX_NAME = 100;

/** Tells `observe` of each operation by HTTP, and names the span that is active for it. */
export function watchOperations(observe: RequestObserver | undefined): ApolloServerPlugin {
  return {
    requestDidStart: () => {
      const began = performance.now();
      return Promise.resolve({
        didResolveOperation({ operation, operationName }) {
          const type = operation?.operation ?? "unknown";
          const span = trace.getActiveSpan();
          if (operationName !== null) span?.setAttribute("graphql.operation.name", operationName.slice(0, MAX_NAME));
          span
            ?.setAttribute("graphql.operation.type", type)
            .updateName(`${type} ${operationName ?? ""}`.trim().slice(0, MAX_NAME));
          return Promise.resolve();
        },
        willSendResponse({ operation, response: { body } }) {
          const { data, errors = [] } =
            body.kind === "single"
              ? body.singleResult
              : { data: body.initialResult.data, errors: body.initialResult.errors };
          const type = operation?.operation ?? "unknown";
          observe?.operation(type, outcomeOf(data, errors), (performance.now() - began) / 1000);
          for (const { extensions } of errors) observe?.error(String(extensions?.["code"]));
          return Promise.resolve();
        },
      });
    },
  };
}

function outcomeOf(data: unknown, errors: readonly GraphQLFormattedError[]): OperationOutcome {
  if (errors.length === 0) return "ok";
  if (data === undefined) return "refused";
  return data === null ? "error" : "partial";
}
