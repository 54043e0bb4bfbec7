import { openSchema, schemaText } from "../graphql/schema.js";

/** Prints the GraphQL schema in SDL. */
export async function printSchema(): Promise<void> {
  process.stdout.write(schemaText(await openSchema()));
}
