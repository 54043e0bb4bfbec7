import {
  coerceInputValue,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  type GraphQLField,
  type GraphQLInputType,
} from "graphql";
import { failure } from "../errors.js";

/** Arguments whose URL parameter has another name. */
const PARAMETER_NAMES: Readonly<Record<string, string>> = { slugs: "studies" };
/** The argument that is in the path of a plot's URL. */
const PATH_ARGUMENT = "kind";
/** The argument that does not change the plot: it is accepted in a URL and not written into one. */
const WAIT_ARGUMENT = "waitSeconds";

type Field = GraphQLField<unknown, unknown>;

/**
 * Writes the arguments of a field as URL parameters, without those that equal their defaults. Enums are written in lower
 * case, lists with commas, objects as JSON.
 *
 * @param values the arguments, as the field's resolver receives them
 */
export function writeParameters({ args }: Field, values: object): string {
  const parameters = new URLSearchParams();
  for (const { name, type, defaultValue } of args) {
    const value = (values as Readonly<Record<string, unknown>>)[name];
    if (name === PATH_ARGUMENT || name === WAIT_ARGUMENT || value == null || value === defaultValue) continue;
    parameters.set(parameterName(name), writeValue(nullable(type), value));
  }
  return parameters.toString();
}

function writeValue(type: GraphQLInputType, value: unknown): string {
  if (isListType(type)) return (value as readonly unknown[]).map(String).join(",");
  if (isInputObjectType(type)) return JSON.stringify(value);
  return isEnumType(type) ? String(type.serialize(value)).toLowerCase() : String(value);
}

/**
 * Reads the arguments of a field from URL parameters. Returns them as the field's resolver would receive them, with
 * defaults.
 *
 * @param parameters by name; a parameter that is given more than once is an array
 * @throws ARGUMENT_INVALID for an invalid value, and for an unknown parameter
 */
export function readParameters(
  { args }: Field,
  parameters: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const known = args.filter(({ name }) => name !== PATH_ARGUMENT);
  const names = known.map(({ name }) => parameterName(name));
  const unknown = Object.keys(parameters).find((name) => !names.includes(name));
  if (unknown !== undefined) {
    const allowed = names.join(", ");
    throw failure("ARGUMENT_INVALID", { where: "parameters", received: JSON.stringify(unknown), allowed });
  }
  return Object.fromEntries(
    known.map(({ name, type, defaultValue }) => {
      const value = parameters[parameterName(name)];
      return [name, value === undefined ? defaultValue : readValue(parameterName(name), type, value)];
    }),
  );
}

function readValue(name: string, type: GraphQLInputType, value: unknown): unknown {
  const reject = (received: string): never => {
    throw failure("ARGUMENT_INVALID", { where: name, received, allowed: `one value of type ${String(type)}` });
  };
  if (typeof value !== "string") return reject("several values");
  return coerceInputValue(parseValue(nullable(type), value, reject), type, (_path, _value, { message }) =>
    reject(`${JSON.stringify(value)} (${message})`),
  );
}

function parseValue(type: GraphQLInputType, text: string, reject: (received: string) => never): unknown {
  if (isListType(type)) return text === "" ? [] : text.split(",");
  if (isEnumType(type)) return text.toUpperCase();
  if (!isInputObjectType(type) && String(type) === "String") return text;
  try {
    return JSON.parse(text);
  } catch {
    return reject(JSON.stringify(text));
  }
}

function parameterName(argument: string): string {
  return PARAMETER_NAMES[argument] ?? argument;
}

function nullable(type: GraphQLInputType): GraphQLInputType {
  return isNonNullType(type) ? type.ofType : type;
}
