import type { Config } from "../../config.js";
import type { Tracing } from "../../observe/open-tracing.js";
import type { StatementObserver } from "../../store/sql/observed-sql.js";

/** Traces this process where the configuration asks for it; OpenTelemetry's SDK is not even loaded where not. */
export async function tracingOf(
  { isTraced }: Config,
  service: string,
): Promise<(Tracing & { readonly statements: StatementObserver }) | undefined> {
  if (!isTraced) return undefined;
  const { openTracing } = await import("../../observe/open-tracing.js");
  const { traceStatements } = await import("../../observe/trace-statements.js");
  return { ...openTracing(service), statements: traceStatements };
}
