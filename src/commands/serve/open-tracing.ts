import type { Config } from "../../config.js";
import type { Tracing } from "../../observe/open-tracing.js";
import type { StatementObserver } from "../../store/sql/observed-sql.js";

/** Starts the traces of this process. Returns undefined, without loading the OpenTelemetry SDK, if tracing is not configured. */
export async function openConfiguredTracing(
  { isTraced }: Config,
  service: string,
): Promise<(Tracing & { readonly statements: StatementObserver }) | undefined> {
  if (!isTraced) return undefined;
  const { openTracing } = await import("../../observe/open-tracing.js");
  const { traceStatements } = await import("../../observe/trace-statements.js");
  return { ...openTracing(service), statements: traceStatements };
}
