import { graphql } from "graphql";
import { failure } from "../errors.js";
import { openContext, unlimitedScope, type Services } from "./context.js";
import { openSchema } from "./schema.js";

/**
 * Answers a query of the program's own, in this process, as the server would.
 *
 * @throws the first error of the answer: these queries are written here and must succeed whole
 */
export async function execute(
  services: Services,
  source: string,
  variableValues: Record<string, unknown>,
): Promise<unknown> {
  const contextValue = openContext(services, unlimitedScope(services));
  const { data, errors } = await graphql({ schema: await openSchema(), source, variableValues, contextValue });
  const [error] = errors ?? [];
  if (error !== undefined) throw error.originalError ?? failure("COMPUTE_FAILED", { cause: error });
  return data;
}
