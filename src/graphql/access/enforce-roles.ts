import type { GraphQLError, GraphQLFieldResolver, GraphQLSchema } from "graphql";
import { failure } from "../../errors.js";
import type { Context } from "../context.js";
import { graphqlErrorWithStatus } from "../errors/graphql-error.js";
import { hasRole, type Role } from "./principal.js";
import { objectFields, requiredRole } from "./requires.js";

/** Makes every field reject principals without the role that it requires. Every principal is at least a reader. */
export function enforceRoles(schema: GraphQLSchema): GraphQLSchema {
  for (const { type, field } of objectFields(schema)) {
    const role = requiredRole(schema, { type, field });
    if (role === "reader") continue;
    const coordinate = `${type.name}.${field.name}`;
    const { resolve, subscribe } = field;
    if (resolve === undefined) throw new Error(`${coordinate} has no resolver to guard`);
    field.resolve = forRole(role, coordinate, resolve);
    if (subscribe !== undefined) field.subscribe = forRole(role, coordinate, subscribe);
  }
  return schema;
}

function forRole(
  role: Role,
  coordinate: string,
  resolve: GraphQLFieldResolver<unknown, unknown>,
): GraphQLFieldResolver<unknown, unknown> {
  return (source, args, context, info) => {
    const { principal } = context as Context;
    if (!hasRole(principal.role, role)) throw forbidden(coordinate, principal.role, role);
    return resolve(source, args, context, info);
  };
}

function forbidden(where: string, received: Role, required: Role): GraphQLError {
  const error = failure("FORBIDDEN", { where, received: `a ${received}'s token`, allowed: `${required} and above` });
  return graphqlErrorWithStatus(error);
}
