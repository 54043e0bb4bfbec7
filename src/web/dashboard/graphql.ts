import { initGraphQLTada } from "gql.tada";
import type { introspection } from "../../../schema/graphql-env.js";

/** Operations typed by schema/schema.graphql: what is misspelt, or asked for and not there, does not compile. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTimeISO: string };
  disableMasking: true;
}>();
