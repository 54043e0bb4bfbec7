import { defaultFieldResolver, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from "graphql";
import { turnForError } from "./complete-in-turns.js";
import type { Context } from "./context.js";

/**
 * Makes every asynchronous field fail when the signal of its request is aborted. The response then contains the completed
 * fields, and an error for each other field. graphql-js would wait for all of them.
 */
export function stopAtDeadline(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (resolve !== undefined && resolve !== defaultFieldResolver) field.resolve = rejectOnAbort(resolve);
    }
  }
  return schema;
}

function rejectOnAbort(resolve: GraphQLFieldResolver<unknown, Context>): GraphQLFieldResolver<unknown, Context> {
  return (source, args, context, info) => {
    const result = resolve(source, args, context, info);
    return result instanceof Promise ? unlessAborted(result, context.signal, turnForError) : result;
  };
}

/**
 * Returns `promise`, which rejects with the signal's reason if the signal is aborted first.
 *
 * @param delay is waited for before such a rejection
 */
export function unlessAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal,
  delay?: (signal: AbortSignal) => Promise<void>,
): Promise<T> {
  const abort = abortOf(signal);
  return Promise.race([promise, delay === undefined ? abort : delayed(abort, () => delay(signal))]);
}

async function delayed(rejected: Promise<never>, delay: () => Promise<void>): Promise<never> {
  try {
    return await rejected;
  } catch (error) {
    await delay();
    throw error;
  }
}

/** The promise of each request's signal: all waiting fields share one. It is released together with the signal. */
const aborts = new WeakMap<AbortSignal, Promise<never>>();

function abortOf(signal: AbortSignal): Promise<never> {
  const known = aborts.get(signal);
  if (known !== undefined) return known;
  const abort = new Promise<never>((_resolve, reject) => {
    const end = () => reject(signal.reason as Error);
    if (signal.aborted) end();
    else signal.addEventListener("abort", end, { once: true });
  });
  // Without a waiting field, the rejection must not count as unhandled.
  abort.catch(() => undefined);
  aborts.set(signal, abort);
  return abort;
}
