import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { buildSchema, parse, validate } from "graphql";
import { expect, test } from "vitest";
import { CONTRACT, missingSharedStudy } from "../support/shared-study.js";

const inCheckout = (file: string) => fileURLToPath(new URL(`../../${file}`, import.meta.url));
const read = (file: string) => readFileSync(inCheckout(file), "utf8");
const OPERATIONS = "src/web/operations";

test("every saved operation is valid for the served schema", async () => {
  const schema = buildSchema(read("schema/schema.graphql"));
  const files = await readdir(inCheckout(OPERATIONS));
  expect(files).not.toEqual([]);
  for (const file of files) {
    const document = parse(read(`${OPERATIONS}/${file}`));
    expect(
      document.definitions.map(({ kind }) => kind),
      file,
    ).toEqual(["OperationDefinition"]);
    expect(
      validate(schema, document).map(({ message }) => message),
      file,
    ).toEqual([]);
  }
});

const missing = missingSharedStudy();
if (missing !== undefined) console.warn(missing);

test
  .skipIf(missing !== undefined)
  .each(["diagnose", "compare", "matrix", "layer-detail", "import", "precompute", "progress"])(
  "the operation %s is identical to the contract's",
  (name) => {
    const operation = read(`${OPERATIONS}/${name}.graphql`).replace(/^#.*\n/, "");
    expect(readFileSync(CONTRACT, "utf8")).toContain(operation);
  },
);
