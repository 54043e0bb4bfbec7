import { createRequire } from "node:module";
import type * as GraphQL from "graphql";
import { beforeAll, expect, test } from "vitest";
import { openSchema } from "#src/graphql/schema.js";

// The very graphql that dist/ has loaded: another copy of it does not know this one's types.
const { isEnumType, isInputObjectType, isIntrospectionType, isNonNullType, isObjectType, isSpecifiedScalarType } =
  createRequire(import.meta.url)("graphql") as typeof GraphQL;

/** The types of the operations need no words: what they are GraphQL itself says. Their fields do. */
const OPERATIONS = ["Query", "Mutation", "Subscription"];

interface Described {
  /** As GraphQL's schema coordinates write it: `Study.plot(kind:)`. */
  readonly coordinate: string;
  /** How it is called where it stands. */
  readonly name: string;
  readonly description: string;
  /** Whether an answer may have null there: undefined of what is no field of an answer. */
  readonly isNullable: boolean | undefined;
}

let all: Described[];
beforeAll(async () => {
  all = coordinatesOf(await openSchema());
});

/** All that a person can look up in the playground's docs, but what GraphQL brings along. */
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

/** Letters and digits alone: `hasNextPage`, "Has next page." and HAS_NEXT_PAGE are one. */
const bare = (text: string): string =>
  text
    .toLowerCase()
    .replace(/^(the|a|an|its|whether it)\s/, "")
    .replace(/[^a-z0-9]/g, "");

const shown = ({ coordinate, description }: Described): string => `${coordinate}: ${description}`;

test("the walk comes by types, fields, arguments, input fields and enum values", () => {
  expect(all.map(({ coordinate }) => coordinate)).toEqual(
    expect.arrayContaining([
      ...["Study", "Study.slug", "Study.plot(kind:)", "Query.study(slug:)", "Mutation.importStudy(input:)"],
      ...["Subscription.jobProgress(id:)", "StudyFilter.search", "TextFilter.equals", "Method.QLORA"],
    ]),
  );
});

test("everything that people can ask for, give or get is described", () => {
  expect(all.filter(({ description }) => description === "").map(({ coordinate }) => coordinate)).toEqual([]);
});

test("no description only says the name again, and each is a sentence or what ends like one", () => {
  const poor = all.filter(({ name, description }) => bare(description) === bare(name) || !/[.?!)]$/.test(description));
  expect(poor.map(shown)).toEqual([]);
});

test("what may be null in an answer says what null means there", () => {
  const nullable = all.filter(({ isNullable }) => isNullable);
  expect(nullable.map(({ coordinate }) => coordinate)).toContain("Experiment.seed");
  expect(nullable.filter(({ description }) => !/\bnull\b/i.test(description)).map(shown)).toEqual([]);
});
