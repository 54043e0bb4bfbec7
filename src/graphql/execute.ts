import { graphql } from "graphql";
import { failure } from "../errors.js";
import { openContext, unlimitedScope, type Services } from "./context.js";
import { openSchema } from "./schema.js";

/**
 * Executes one of the program's own queries in this process, as the server does.
 *
 * @throws the first error of the response: these queries must not fail in part
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
