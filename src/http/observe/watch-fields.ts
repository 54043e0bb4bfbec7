import { context, trace, type Span } from "@opentelemetry/api";
import { defaultFieldResolver, isObjectType, type GraphQLField, type GraphQLSchema } from "graphql";
import { failSpan, TRACER } from "../../trace.js";
import { secondsSince } from "./measure-requests.js";
import type { RequestObserver } from "../server-services.js";

/** Overlapping calls of one field in one request. */
interface Wave {
  readonly began: number;
  readonly span: Span | undefined;
  /** Number of calls that have not ended. */
  running: number;
  calls: number;
}

/**
 * Observes the fields that can take long: root fields, and fields with an argument `waitSeconds`, which can wait for weights.
 * Other fields keep their resolvers and cost nothing. The calls of one field for the items of a list are one span and one
 * measurement: from the first call to the end of the last overlapping one.
 */
export function watchFields(schema: GraphQLSchema, observe: RequestObserver | undefined): void {
  const roots = [schema.getQueryType(), schema.getMutationType()];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values<GraphQLField<unknown, object>>(type.getFields())) {
      if (roots.includes(type) || field.args.some(({ name }) => name === "waitSeconds")) {
        watchField(`${type.name}.${field.name}`, field, observe);
      }
    }
  }
}

function watchField(name: string, field: GraphQLField<unknown, object>, observe: RequestObserver | undefined): void {
  const { resolve = defaultFieldResolver } = field;
  const waves = new WeakMap<object, Wave>();
  field.resolve = async (source, values, request, info) => {
    const wave = waves.get(request) ?? startWave(name);
    waves.set(request, wave);
    wave.running++;
    wave.calls++;
    const run = (): unknown => resolve(source, values, request, info);
    try {
      return await (wave.span === undefined ? run() : context.with(trace.setSpan(context.active(), wave.span), run));
    } catch (error) {
      if (wave.span !== undefined) failSpan(wave.span, error);
      throw error;
    } finally {
      wave.running--;
      if (wave.running === 0) {
        waves.delete(request);
        wave.span?.setAttribute("rankscope.calls", wave.calls).end();
        observe?.field(name, secondsSince(wave.began));
      }
    }
  };
}

function startWave(name: string): Wave {
  const isTraced = trace.getActiveSpan() !== undefined;
  const span = isTraced ? trace.getTracer(TRACER).startSpan(name) : undefined;
  return { began: performance.now(), span, running: 0, calls: 0 };
}
