import { context, trace, type Span } from "@opentelemetry/api";
import { defaultFieldResolver, isObjectType, type GraphQLField, type GraphQLSchema } from "graphql";
import { failSpan, TRACER } from "../../trace.js";
import type { RequestObserver } from "./request-observer.js";

/** Calls of one field in one request that overlap. */
interface Wave {
  readonly began: number;
  readonly span: Span | undefined;
  open: number;
  calls: number;
}

/**
 * Watches the fields that take time: those that start an operation, and those that can wait for weights, which are the ones
 * with an argument `waitSeconds`. All others keep their resolvers, and cost nothing. A list's hundreds of calls of one field
 * are one span, and one measurement: from the first call to the end of the last that overlaps it.
 */
export function watchFields(schema: GraphQLSchema, observe: RequestObserver | undefined): void {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values<GraphQLField<unknown, object>>(type.getFields())) {
      if (roots.includes(type) || field.args.some(({ name }) => name === "waitSeconds")) {
        watch(`${type.name}.${field.name}`, field, observe);
      }
    }
  }
}

function watch(name: string, field: GraphQLField<unknown, object>, observe: RequestObserver | undefined): void {
  const { resolve = defaultFieldResolver } = field;
  const waves = new WeakMap<object, Wave>();
  field.resolve = async (source, values, request, info) => {
    const wave = waves.get(request) ?? begin(name);
    waves.set(request, wave);
    wave.open++;
    wave.calls++;
    const run = (): unknown => resolve(source, values, request, info);
    try {
      return await (wave.span === undefined ? run() : context.with(trace.setSpan(context.active(), wave.span), run));
    } catch (error) {
      if (wave.span !== undefined) failSpan(wave.span, error);
      throw error;
    } finally {
      if (--wave.open === 0) {
        waves.delete(request);
        wave.span?.setAttribute("rankscope.calls", wave.calls).end();
        observe?.field(name, (performance.now() - wave.began) / 1000);
      }
    }
  };
}

function begin(name: string): Wave {
  const isTraced = trace.getActiveSpan() !== undefined;
  const span = isTraced ? trace.getTracer(TRACER).startSpan(name) : undefined;
  return { began: performance.now(), span, open: 0, calls: 0 };
}
