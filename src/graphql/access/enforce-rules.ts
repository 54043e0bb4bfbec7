import { GraphQLError, isObjectType, type GraphQLFieldResolver, type GraphQLSchema } from "graphql";
import { failure } from "../../errors.js";
import type { Context } from "../context.js";
import { httpStatus } from "../errors/http-status.js";
import { ROLES, type Role } from "./caller.js";
import { ruleOf } from "./rules.js";

/** Makes every field refuse callers whose role its rule does not allow. All callers are readers at least. */
export function enforceRules(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) {
      const role = ruleOf(type.name, field.name);
      if (role === "reader") continue;
      const { resolve, subscribe } = field;
      if (resolve === undefined) throw new Error(`${type.name}.${field.name} has no resolver to guard`);
      field.resolve = forRole(role, `${type.name}.${field.name}`, resolve);
      if (subscribe !== undefined) field.subscribe = forRole(role, `${type.name}.${field.name}`, subscribe);
    }
  }
  return schema;
}

function forRole(
  role: Role,
  where: string,
  resolve: GraphQLFieldResolver<unknown, Context>,
): GraphQLFieldResolver<unknown, Context> {
  return (source, args, context, info) => {
    if (!hasRole(context.caller.role, role)) throw forbidden(where, context.caller.role, role);
    return resolve(source, args, context, info);
  };
}

/** Whether a caller of role `has` may do what `needed` may. */
export function hasRole(has: Role, needed: Role): boolean {
  return ROLES.indexOf(has) >= ROLES.indexOf(needed);
}

function forbidden(where: string, received: Role, allowed: Role): GraphQLError {
  const error = failure("FORBIDDEN", { where, received: `a ${received}'s token`, allowed: `${allowed} and above` });
  const status = httpStatus(error.code);
  return new GraphQLError(error.message, { originalError: error, extensions: { http: { status } } });
}
