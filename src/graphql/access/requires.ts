import { isObjectType, type GraphQLField, type GraphQLObjectType, type GraphQLSchema } from "graphql";
import { Extensions } from "type-graphql";
import type { Role } from "./principal.js";

const EXTENSION = "requiredRole";

/** States the role that a query, mutation or subscription requires. Without this decorator only admins may request it. */
export function Requires(role: Role): MethodDecorator {
  return Extensions({ [EXTENSION]: role });
}

/** A field of an object type together with its type. */
export interface FieldOfType {
  readonly type: GraphQLObjectType;
  readonly field: GraphQLField<unknown, unknown>;
}

/** Returns every field of the schema's own object types. */
export function objectFields(schema: GraphQLSchema): FieldOfType[] {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  return types
    .filter(({ name }) => !name.startsWith("__"))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })));
}

/**
 * Returns the role that a field requires. Root fields without @Requires are for admins. All other fields are for readers:
 * a request reaches them only through a root field.
 */
export function requiredRole(schema: GraphQLSchema, { type, field }: FieldOfType): Role {
  return statedRole(field) ?? (isRootType(schema, type) ? "admin" : "reader");
}

/** Returns the role that @Requires states at a field; undefined without the decorator. */
export function statedRole(field: GraphQLField<unknown, unknown>): Role | undefined {
  return field.extensions[EXTENSION] as Role | undefined;
}

/** Returns whether `type` is the query, mutation or subscription type. */
export function isRootType(schema: GraphQLSchema, type: GraphQLObjectType): boolean {
  return [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].includes(type);
}
