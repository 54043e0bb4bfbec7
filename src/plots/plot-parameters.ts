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

/** A field's arguments by what its pictures' addresses call them; `kind` is in the path. */
const CALLED: Readonly<Record<string, string>> = { slugs: "studies" };
const nameOf = (argument: string) => CALLED[argument] ?? argument;
const inPath = (argument: string) => argument === "kind";
/** How long to wait says nothing of the picture: it is read from an address, and not written into one. */
const ofRequest = (argument: string) => argument === "waitSeconds";

type Field = GraphQLField<unknown, unknown>;

/**
 * The arguments of a field as an address has them: those that are not as by default. Enums are names in lower case, lists
 * have commas, objects are JSON.
 *
 * @param given the field's arguments as its resolver gets them
 */
export function writeParameters({ args }: Field, given: object): string {
  const parameters = new URLSearchParams();
  for (const { name, type, defaultValue } of args) {
    const value = (given as Readonly<Record<string, unknown>>)[name];
    if (inPath(name) || ofRequest(name) || value == null || value === defaultValue) continue;
    parameters.set(nameOf(name), written(nullable(type), value));
  }
  return parameters.toString();
}

function written(type: GraphQLInputType, value: unknown): string {
  if (isListType(type)) return (value as readonly unknown[]).map(String).join(",");
  if (isInputObjectType(type)) return JSON.stringify(value);
  return isEnumType(type) ? String(type.serialize(value)).toLowerCase() : String(value);
}

/**
 * The field's arguments that an address gives, as its resolver would get them, defaults included.
 *
 * @param parameters by name; arrays are names that were given more than once
 * @throws ARGUMENT_INVALID naming the parameter, also where there is none of that name
 */
export function readParameters(
  { args }: Field,
  parameters: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const known = new Map(args.filter(({ name }) => !inPath(name)).map((argument) => [nameOf(argument.name), argument]));
  const unknown = Object.keys(parameters).find((name) => !known.has(name));
  if (unknown !== undefined) {
    const allowed = [...known.keys()].join(", ");
    throw failure("ARGUMENT_INVALID", { where: "parameters", received: JSON.stringify(unknown), allowed });
  }
  return Object.fromEntries(
    [...known].map(([name, argument]) => [
      argument.name,
      parameters[name] === undefined ? argument.defaultValue : read(name, argument.type, parameters[name]),
    ]),
  );
}

function read(name: string, type: GraphQLInputType, given: unknown): unknown {
  const refuse = (received: string): never => {
    throw failure("ARGUMENT_INVALID", { where: name, received, allowed: `${String(type)}, once` });
  };
  if (typeof given !== "string") return refuse("several");
  return coerceInputValue(parsed(nullable(type), given, refuse), type, (_path, _value, { message }) =>
    refuse(`${JSON.stringify(given)} (${message})`),
  );
}

function parsed(type: GraphQLInputType, text: string, refuse: (received: string) => never): unknown {
  if (isListType(type)) return text === "" ? [] : text.split(",");
  if (isEnumType(type)) return text.toUpperCase();
  if (!isInputObjectType(type) && String(type) === "String") return text;
  try {
    return JSON.parse(text);
  } catch {
    return refuse(JSON.stringify(text));
  }
}

const nullable = (type: GraphQLInputType): GraphQLInputType => (isNonNullType(type) ? type.ofType : type);
