import { createRequire } from "node:module";
import type * as GraphQL from "graphql";
import { beforeAll, expect, test } from "vitest";
import { openSchema } from "#src/graphql/schema.js";

// Uses the copy of graphql that dist/ has loaded; another copy would not recognize the types of this schema.
const { isEnumType, isInputObjectType, isIntrospectionType, isNonNullType, isObjectType, isSpecifiedScalarType } =
  createRequire(import.meta.url)("graphql") as typeof GraphQL;

/** The root types, which need no descriptions of their own. Their fields do. */
const OPERATIONS = ["Query", "Mutation", "Subscription"];

interface Described {
  /** The coordinate in GraphQL's schema coordinate notation: `Study.plot(kind:)`. */
  readonly coordinate: string;
  /** The name without its parent. */
  readonly name: string;
  readonly description: string;
  /** Whether the value of a field can be null; undefined for anything that is not an output field. */
  readonly isNullable: boolean | undefined;
}

let all: Described[];
beforeAll(async () => {
  all = coordinatesOf(await openSchema());
});

/** Returns every element of the schema's documentation, without the types that GraphQL itself defines. */
function coordinatesOf(schema: GraphQL.GraphQLSchema): Described[] {
  const found: Described[] = [];
  type Named = { readonly name: string; readonly description?: string | null | undefined };
  const add = (coordinate: string, { name, description }: Named, isNullable?: boolean) =>
    found.push({ coordinate, name, description: (description ?? "").trim(), isNullable });
  for (const type of Object.values(schema.getTypeMap())) {
    if (isIntrospectionType(type) || isSpecifiedScalarType(type)) continue;
    if (!OPERATIONS.includes(type.name)) add(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) add(`${type.name}.${value.name}`, value);
    if (!isObjectType(type) && !isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const coordinate = `${type.name}.${field.name}`;
      add(coordinate, field, isObjectType(type) ? !isNonNullType(field.type) : undefined);
      if ("args" in field) for (const argument of field.args) add(`${coordinate}(${argument.name}:)`, argument);
    }
  }
  return found;
}

/** Reduces a text to letters and digits, so that `hasNextPage`, "Has next page." and HAS_NEXT_PAGE are equal. */
const bare = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^(the|a|an|its|whether it)\s/, "")
    .replace(/[^a-z0-9]/g, "");

const shown = ({ coordinate, description }: Described): string => `${coordinate}: ${description}`;

test("the list covers types, fields, arguments, input fields and enum values", () => {
  expect(all.map(({ coordinate }) => coordinate)).toEqual(
    expect.arrayContaining([
      ...["Study", "Study.slug", "Study.plot(kind:)", "Query.study(slug:)", "Mutation.importStudy(input:)"],
      ...["Subscription.jobProgress(id:)", "StudyFilter.search", "TextFilter.equals", "Method.QLORA"],
    ]),
  );
});

test("every type, field, argument and enum value has a description", () => {
  expect(all.filter(({ description }) => description === "").map(({ coordinate }) => coordinate)).toEqual([]);
});

test("no description only repeats the name, and each ends as a sentence does", () => {
  const poor = all.filter(({ name, description }) => bare(description) === bare(name) || !/[.?!)]$/.test(description));
  expect(poor.map(shown)).toEqual([]);
});

test("the description of a nullable field says what null means", () => {
  const nullable = all.filter(({ isNullable }) => isNullable);
  expect(nullable.map(({ coordinate }) => coordinate)).toContain("Experiment.seed");
  expect(nullable.filter(({ description }) => !/\bnull\b/i.test(description)).map(shown)).toEqual([]);
});
