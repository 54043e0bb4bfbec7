import { defaultFieldResolver, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from "graphql";
import type { Context } from "./context.js";

/**
 * Makes every field that waits for something give up when its request's signal is aborted: the answer then has what was
 * found, and an error for each field that was not. GraphQL itself would wait for all of them.
 */
export function stopAtDeadline(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) {
      if (field.resolve !== undefined && field.resolve !== defaultFieldResolver)
        field.resolve = stopping(field.resolve);
    }
  }
  return schema;
}

function stopping(resolve: GraphQLFieldResolver<unknown, Context>): GraphQLFieldResolver<unknown, Context> {
  return (source, args, context, info) => {
    const result = resolve(source, args, context, info);
    return result instanceof Promise ? unlessAborted(result, context.signal) : result;
  };
}

/** `promise`, or the reason of `signal` where that is aborted first. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return Promise.race([promise, abortOf(signal)]);
}

/** One promise a request, however many fields wait: it is let go of with the request's signal. */
const aborts = new WeakMap<AbortSignal, Promise<never>>();

function abortOf(signal: AbortSignal): Promise<never> {
  const known = aborts.get(signal);
  if (known !== undefined) return known;
  const abort = new Promise<never>((_resolve, reject) => {
    const end = () => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
  // It is nobody's failure when no field waits any more.
  abort.catch(() => undefined);
  aborts.set(signal, abort);
  return abort;
}
