import type { ApolloServerPlugin } from "@apollo/server";
import { trace } from "@opentelemetry/api";
import { nameOperation, outcomeOf, secondsSince } from "./operation.js";
import type { RequestObserver } from "./request-observer.js";

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
