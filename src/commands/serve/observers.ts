import type { Config } from "../../config.js";
import type { Tracing } from "../../observe/open-tracing.js";
import type { StatementObserver } from "../../store/sql/observed-sql.js";

/** Starts the traces of this process. Returns undefined, without loading the OpenTelemetry SDK, if tracing is not configured. */
export async function openConfiguredTracing({ isTraced }: Config, service: string): Promise<Tracing | undefined> {
  if (!isTraced) return undefined;
  const { openTracing } = await import("../../observe/open-tracing.js");
  return openTracing(service);
}

/** Combines `observers` into one. Returns undefined if none is given, so that statements are not observed at all. */
export function allStatements(observers: readonly (StatementObserver | undefined)[]): StatementObserver | undefined {
  const given = observers.filter((observe) => observe !== undefined);
  if (given.length < 2) return given[0];
  return () => {
    const ends = given.map((observe) => observe());
    return (end) => ends.forEach((ended) => ended(end));
  };
}
