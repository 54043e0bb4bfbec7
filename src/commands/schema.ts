import { openSchema, schemaText } from "../graphql/schema.js";

/** Prints the schema that is served, in SDL. */
export async function printSchema(): Promise<void> {
  process.stdout.write(schemaText(await openSchema()));
}
