import { initGraphQLTada } from "gql.tada";
import type { introspection } from "../../../schema/graphql-env.js";

/** Types operations by schema/schema.graphql. An operation with an unknown field does not compile. */
export const graphql = initGraphQLTada<{
  introspection: introspection;
  scalars: { DateTimeISO: string };
  disableMasking: true;
}>();
