import type { ApolloServerPlugin } from "@apollo/server";
import { trace } from "@opentelemetry/api";
import { nameOperation } from "./name-operation.js";
import { outcomeOf } from "./outcome-of.js";
import type { RequestObserver } from "./request-observer.js";

/** Tells `observe` of each operation by HTTP, and names the span that is active for it. */
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
          const answer = body.kind === "single" ? body.singleResult : body.initialResult;
          observe?.operation(operation?.operation ?? "unknown", outcomeOf(answer), (performance.now() - began) / 1000);
          for (const { extensions } of answer.errors ?? []) observe?.error(String(extensions?.["code"]));
          return Promise.resolve();
        },
      });
    },
  };
}
