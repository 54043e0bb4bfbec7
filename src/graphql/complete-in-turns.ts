import {
  defaultFieldResolver,
  getNamedType,
  isLeafType,
  getNullableType,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionSetNode,
} from "graphql";
import { failure } from "../errors.js";
import { LIMITS } from "../model/limits.js";
import { beginInTurn, ITEMS_PER_TURN, takeTurn } from "../store/in-turns.js";
import type { Context } from "./context.js";
import { LazyList } from "./lazy-list.js";

/**
 * Makes the execution complete objects and lists in turns of the event loop. graphql-js completes a list of any length, and all
 * fields that a batch of reads resumes, in one turn. The values of a response are counted before they are completed: prices
 * are estimates for studies of ordinary size, and this is the bound for studies of any size.
 */
export function completeInTurns(schema: GraphQLSchema): GraphQLSchema {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith("__")) continue;
    for (const field of Object.values(type.getFields())) {
      const isLeaf = isLeafType(getNullableType(field.type));
      if (!isLeaf) field.resolve = inTurns(field.resolve ?? defaultFieldResolver);
    }
  }
  return schema;
}

type Resolver = GraphQLFieldResolver<unknown, Context>;

function inTurns(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const result: unknown = resolve(source, args, context, info);
    const admitted =
      result instanceof Promise
        ? result.then((value) => admitValue(value, context, info))
        : admitValue(result, context, info);
    return admitted instanceof Promise ? admitted.catch((error: unknown) => admitError(error, context)) : admitted;
  };
}

/** Number of values that are completed in about the time in which graphql-js locates an error in the document. */
const VALUES_PER_ERROR = 20;

/** Waits until a turn has room for an error: a batch of reads, or the deadline, may reject thousands of fields at once. */
export async function turnForError(signal: AbortSignal): Promise<void> {
  await takeTurn(VALUES_PER_ERROR, signal);
}

async function admitError(error: unknown, { signal }: Context): Promise<never> {
  await turnForError(signal);
  throw error;
}

/** Returns an object or list when a turn has room for its values, at once where this one has. @throws QUERY_TOO_EXPENSIVE */
function admitValue(value: unknown, context: Context, info: GraphQLResolveInfo): unknown {
  if (value == null) return value;
  const each = valuesOfOne(info);
  const list: List | undefined = Array.isArray(value) || value instanceof LazyList ? value : undefined;
  const values = list === undefined ? each : list.length * each;
  if (list !== undefined) checkLength(list.length, context, info);
  charge(values, context, info);
  if (beginInTurn(values)) return value;
  const { signal } = context;
  // Numbers are completed much faster than objects.
  if (list === undefined || values <= ITEMS_PER_TURN || isListOfLeaves(info)) {
    return takeTurn(values, signal).then(() => value);
  }
  return takeTurn(list.length / ITEMS_BEGUN_PER_VALUE, signal).then(() => inChunks(list, each, context));
}

/** An array, or a LazyList. */
interface List {
  readonly length: number;
  at(index: number): unknown;
}

/** Number of items of a list that begin to wait in about the time in which one value is completed. */
const ITEMS_BEGUN_PER_VALUE = 4;

/** Returns the items of a long list as promises, which are resolved in as many turns as their values need. */
function inChunks(list: List, each: number, { signal }: Context): unknown[] {
  const perTurn = Math.max(1, Math.floor(ITEMS_PER_TURN / each));
  let turn = Promise.resolve();
  return Array.from({ length: list.length }, (_, i) => {
    if (i % perTurn === 0) {
      turn = takeTurn(Math.min(perTurn, list.length - i) * each, signal).then(() => signal.throwIfAborted());
    }
    return turn.then(() => list.at(i));
  });
}

/** Number of numbers in a list for each object that a list may have. */
const LEAVES_PER_OBJECT = 5;

/** @throws QUERY_TOO_EXPENSIVE if a list is too long to be begun in one turn */
function checkLength(length: number, { limits }: Context, info: GraphQLResolveInfo): void {
  const isOfLeaves = isListOfLeaves(info);
  const allowed = limits.listItems * (isOfLeaves ? LEAVES_PER_OBJECT : 1);
  if (length <= allowed) return;
  throw failure("QUERY_TOO_EXPENSIVE", {
    where: nameOf(info),
    received: `a list of ${length} ${isOfLeaves ? "values" : "objects"}`,
    allowed: `${allowed} in one list (${LIMITS.listItems.variable})`,
    fix: FEWER_VALUES,
  });
}

function isListOfLeaves({ returnType }: GraphQLResolveInfo): boolean {
  return isLeafType(getNamedType(returnType));
}

function nameOf({ path, parentType, fieldName }: GraphQLResolveInfo): string {
  return `${parentType.name}.${fieldName}${path.key === fieldName ? "" : ` (${path.key})`}`;
}

const FEWER_VALUES =
  "Request pages (first:), fewer points of a curve (maxPoints:), only the frontier (onlyFrontier:), fewer fields or fewer aliases. Download whole tables from /export.";

/** Number of values that each request has completed. */
const COMPLETED = new WeakMap<Context, number>();
/** The error of each request that has too many values. Thousands of its fields throw it, and each error has a stack. */
const TOO_MANY = new WeakMap<Context, Error>();

/** Counts values of a response. @throws QUERY_TOO_EXPENSIVE if it has more than the request may have */
function charge(values: number, context: Context, info: GraphQLResolveInfo): void {
  const known = TOO_MANY.get(context);
  if (known !== undefined) throw known;
  const before = COMPLETED.get(context) ?? 0;
  const allowed = context.limits.cost;
  if (before + values > allowed) {
    const error = failure("QUERY_TOO_EXPENSIVE", {
      where: nameOf(info),
      received: `a response of ${before + values} values or more`,
      allowed: `${allowed} values in one response (${LIMITS.cost.variable})`,
      fix: FEWER_VALUES,
    });
    TOO_MANY.set(context, error);
    throw error;
  }
  COMPLETED.set(context, before + values);
}

/** The weight of each field's selections: a field is executed once for each value of a list. */
const WEIGHTS = new WeakMap<FieldNode, number>();

/** Returns the number of values that completing one value of the field begins with: itself and its selected fields. */
function valuesOfOne({ fieldNodes, returnType, fragments }: GraphQLResolveInfo): number {
  return fieldNodes.reduce((sum, node) => {
    let weight = WEIGHTS.get(node);
    if (weight === undefined) WEIGHTS.set(node, (weight = weightOf(node.selectionSet, returnType, fragments)));
    return sum + weight;
  }, 1);
}

function weightOf(
  selectionSet: SelectionSetNode | undefined,
  returnType: GraphQLOutputType,
  fragments: GraphQLResolveInfo["fragments"],
): number {
  const type = getNamedType(returnType);
  if (selectionSet === undefined || !isObjectType(type)) return 0;
  return selectionSet.selections.reduce((sum, node) => {
    if (node.kind === Kind.FIELD) return sum + weightOfField(node, type);
    const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments[node.name.value] : node;
    return sum + weightOf(fragment?.selectionSet, type, fragments);
  }, 0);
}

/** A field with arguments takes longer to execute: graphql-js reads each argument that it declares. */
function weightOfField({ name }: FieldNode, type: GraphQLObjectType): number {
  return 1 + (type.getFields()[name.value]?.args.length ?? 0);
}
