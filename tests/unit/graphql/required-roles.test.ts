import type { GraphQLSchema } from "graphql";
import { beforeAll, expect, test } from "vitest";
import { isRootType, objectFields, requiredRole, statedRole, type FieldOfType } from "#src/graphql/access/requires.js";
import { openSchema } from "#src/graphql/schema.js";

let schema: GraphQLSchema;
let roots: FieldOfType[];
let others: FieldOfType[];
beforeAll(async () => {
  schema = await openSchema();
  roots = objectFields(schema).filter(({ type }) => isRootType(schema, type));
  others = objectFields(schema).filter(({ type }) => !isRootType(schema, type));
});

const rolesOf = (type: string) =>
  new Set(roots.filter((field) => field.type.name === type).map((field) => requiredRole(schema, field)));

test("every root field states the role that it requires", () => {
  expect(roots.length).toBeGreaterThan(15);
  expect(roots.filter(({ field }) => statedRole(field) === undefined)).toEqual([]);
});

/** Queries about deleted studies and runs, and about what others did. */
const NOT_FOR_READERS = { deletedStudies: "writer", deletedExperiments: "writer", auditLog: "admin" };

test("readers may query and subscribe, with named exceptions; mutations require a writer", () => {
  const queries = roots.filter(({ type }) => type.name === "Query");
  const others = queries.filter((field) => requiredRole(schema, field) !== "reader");
  expect(Object.fromEntries(others.map((field) => [field.field.name, requiredRole(schema, field)]))).toEqual(
    NOT_FOR_READERS,
  );
  expect(rolesOf("Subscription")).toEqual(new Set(["reader"]));
  expect(rolesOf("Mutation")).toEqual(new Set(["writer"]));
});

test("readers may read every field of every other type", () => {
  expect(others.length).toBeGreaterThan(400);
  expect(new Set(others.map((field) => requiredRole(schema, field)))).toEqual(new Set(["reader"]));
});

test("a root field without a stated role requires an admin", () => {
  const [root] = roots;
  if (root === undefined) throw new Error("the schema has no root field");
  const unstated = { ...root, field: { ...root.field, extensions: {} } };
  expect(requiredRole(schema, unstated)).toBe("admin");
});
