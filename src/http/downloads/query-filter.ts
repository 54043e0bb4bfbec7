import { coerceInputValue, GraphQLInputObjectType, type GraphQLSchema } from "graphql";
import { failure } from "../../errors.js";
import { checkVariableDepth } from "../../graphql/cost/check-operation.js";
import type { ExperimentFilter, StudyFilter } from "../../store/across/filters.js";

interface Filters {
  readonly StudyFilter: StudyFilter;
  readonly ExperimentFilter: ExperimentFilter;
}

/**
 * Parses a filter from a URL. It is JSON, and the input type of the schema validates it.
 *
 * @throws ARGUMENT_INVALID, QUERY_TOO_LARGE
 */
export function queryFilter<Name extends keyof Filters>(
  schema: GraphQLSchema,
  name: Name,
  text: string | undefined,
): Filters[Name] | undefined {
  if (text === undefined) return undefined;
  const type = schema.getType(name);
  if (!(type instanceof GraphQLInputObjectType)) throw new Error(`the schema has no input type ${name}`);
  const reject = (received: string): never => {
    throw failure("ARGUMENT_INVALID", { where: "filter", received, allowed: `a ${name} of the schema as JSON` });
  };
  const value = parseJson(text, reject);
  checkVariableDepth(value);
  return coerceInputValue(value, type, (path, _value, error) =>
    reject(`${path.join(".") || "a value"}: ${error.message}`),
  ) as Filters[Name];
}

function parseJson(text: string, reject: (received: string) => never): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return reject("invalid JSON");
  }
}
