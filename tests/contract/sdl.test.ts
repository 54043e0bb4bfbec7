import { readdirSync, readFileSync } from "node:fs";
import { buildSchema, parse, validate } from "graphql";
import { describe, expect, test } from "vitest";
import { openSchema, schemaText } from "#src/graphql/schema.js";
import { contractOperation } from "../support/contract-operation.js";
import { missingSharedStudy } from "../support/shared-study.js";

test("schema/schema.graphql is the schema that is served (npm run schema writes it)", async () => {
  const written = readFileSync(new URL("../../schema/schema.graphql", import.meta.url), "utf8");
  expect(schemaText(await openSchema())).toBe(written);
});

test("every element of the schema has a description", async () => {
  const silent = Object.values((await openSchema()).getTypeMap())
    .filter(({ name }) => !name.startsWith("__") && !["Query", "Mutation", "Subscription"].includes(name))
    .filter(({ description }) => !description)
    .map(({ name }) => name);
  expect(silent).toEqual([]);
});

const OPERATIONS = new URL("../../src/web/operations/", import.meta.url);

test.each(readdirSync(OPERATIONS))("the playground's operation %s is valid", async (file) => {
  const operation = parse(readFileSync(new URL(file, OPERATIONS), "utf8"));
  expect(validate(buildSchema(schemaText(await openSchema())), operation)).toEqual([]);
});

const missing = missingSharedStudy();
describe.skipIf(missing !== undefined)("the contract", () => {
  test.each(["Diagnose", "Compare", "Matrix", "LayerDetail", "Across", "Browse", "Import", "Precompute", "Progress"])(
    "the operation %s is valid verbatim",
    async (name) => {
      const operation = parse(contractOperation(name));
      expect(validate(buildSchema(schemaText(await openSchema())), operation)).toEqual([]);
    },
  );
});
