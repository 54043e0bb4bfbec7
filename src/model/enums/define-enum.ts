/** The key of an enum's definition. It is a symbol, so that it is no value of the enum. */
const DEFINITION = Symbol("definition");

/** The name of an enum and the descriptions of the enum and its values. */
interface EnumDefinition {
  readonly name: string;
  readonly description: string;
  /** Descriptions by the name of the value. */
  readonly values: Readonly<Record<string, string>>;
}

/** An enum: its values by name, with their descriptions under a symbol. */
type DefinedEnum<Values> = Values & { readonly [DEFINITION]: EnumDefinition };

/** The union of an enum's values: `type Scaling = EnumValue<typeof Scaling>`. */
export type EnumValue<Enum> = Enum[Extract<keyof Enum, string>];

/** Defines an enum whose values are their own names. `values` gives the description of each. */
export function defineEnum<Name extends string>(
  name: string,
  description: string,
  values: Readonly<Record<Name, string>>,
): DefinedEnum<{ readonly [Value in Name]: Value }> {
  const names = Object.fromEntries(Object.keys(values).map((value) => [value, value]));
  return withDefinition(names as { readonly [Value in Name]: Value }, { name, description, values });
}

/** Defines an enum whose values differ from the names that GraphQL gives them. `values` has both and the descriptions. */
export function defineMappedEnum<const Values extends Readonly<Record<string, MappedValue>>>(
  name: string,
  description: string,
  values: Values,
): DefinedEnum<{ readonly [Name in keyof Values]: Values[Name]["value"] }> {
  const entries = Object.entries(values);
  const byName = Object.fromEntries(entries.map(([key, { value }]) => [key, value]));
  const descriptions = Object.fromEntries(entries.map(([key, { description: text }]) => [key, text]));
  return withDefinition(byName as { readonly [Name in keyof Values]: Values[Name]["value"] }, {
    name,
    description,
    values: descriptions,
  });
}

/** Defines an enum with one value for each entry of a list of rules, which names and describes it. */
export function defineEnumOfRules<Kind extends string>(
  name: string,
  description: string,
  rules: readonly { readonly kind: Kind; readonly description: string }[],
): DefinedEnum<{ readonly [Value in Kind]: Value }> {
  const descriptions = Object.fromEntries(rules.map((rule) => [rule.kind, rule.description]));
  return defineEnum(name, description, descriptions as Record<Kind, string>);
}

interface MappedValue {
  /** The value in the rest of the program. */
  readonly value: string;
  readonly description: string;
}

/** Returns the name and the descriptions of an enum. */
export function definitionOf(definedEnum: DefinedEnum<object>): EnumDefinition {
  return definedEnum[DEFINITION];
}

function withDefinition<Values extends object>(values: Values, definition: EnumDefinition): DefinedEnum<Values> {
  return Object.defineProperty(values, DEFINITION, { value: definition }) as DefinedEnum<Values>;
}
