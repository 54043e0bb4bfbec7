import { createRequire } from "node:module";
import type * as GraphQL from "graphql";
import type { GraphQLFieldResolver } from "graphql";
import { describe, expect, test } from "vitest";
import { completeInTurns } from "#src/graphql/complete-in-turns.js";
import type { Context } from "#src/graphql/context.js";
import { LazyList } from "#src/graphql/lazy-list.js";
import { stringifyInTurns } from "#src/http/stringify-in-turns.js";
import { DEFAULT_LIMITS } from "#src/model/limits.js";
import { ITEMS_PER_TURN } from "#src/store/in-turns.js";
import { turnsDuring, TurnCounter } from "../../support/turns.js";

// The compiled server loads graphql's CommonJS build. Vitest would load its ES modules, which are other classes.
const { buildSchema, graphql } = createRequire(import.meta.url)("graphql") as typeof GraphQL;

const RUNS = DEFAULT_LIMITS.listItems;
/** A counter sees the end of one turn and the start of the next as one turn. */
const MAX_COUNTED = 2 * ITEMS_PER_TURN;

/** Answers a query about runs. Counts the fields of runs that are resolved in one turn of the event loop. */
function serve(limits = DEFAULT_LIMITS) {
  const schema = buildSchema(`
    type Run { id: Int!, rank: Rank!, batched: Rank! }
    type Rank { r: Int! }
    type Query { runs(count: Int = ${RUNS}): [Run!]!, lazy: [Run!]!, steps(count: Int!): [Int!] }`);
  const counter = new TurnCounter();
  const made: number[] = [];
  const counted = (value: number) => () => {
    counter.add();
    return value;
  };
  let requested = 0;
  let readBatch: () => void;
  const batch = new Promise<void>((resolve) => (readBatch = resolve));
  const runOf = (id: number) => ({
    id: counted(id),
    rank: () => ({ r: 4 }),
    /** Resolves with the values of all runs, as the batch of a loader does. */
    batched() {
      if (++requested === RUNS) readBatch();
      return batch.then(() => ({ r: counted(4) }));
    },
  });
  const fields = schema.getQueryType()?.getFields() ?? {};
  const resolve = (name: string, resolver: GraphQLFieldResolver<unknown, unknown, { count: number }>) => {
    const field = fields[name];
    if (field !== undefined) field.resolve = resolver as GraphQLFieldResolver<unknown, unknown>;
  };
  resolve("runs", (_source, { count }) => Array.from({ length: count }, (_, i) => runOf(i)));
  resolve("steps", (_source, { count }) => Array.from({ length: count }, (_, i) => i));
  resolve("lazy", () => {
    return new LazyList(RUNS, (i) => {
      made.push(i);
      return runOf(i);
    });
  });
  completeInTurns(schema);
  const contextValue = { signal: new AbortController().signal, limits } as Context;
  return { counter, made, ask: (source: string) => graphql({ schema, source, contextValue }) };
}

describe("a response", () => {
  test("of a long list is completed in turns, and is complete", async () => {
    const { counter, ask } = serve();
    const turns = await turnsDuring(async () => {
      const { data, errors } = await ask("{ runs { id rank { r } } }");
      expect(errors).toBeUndefined();
      expect(data?.["runs"]).toHaveLength(RUNS);
      expect((data?.["runs"] as unknown[]).at(-1)).toEqual({ id: RUNS - 1, rank: { r: 4 } });
    });
    expect(counter.most).toBeLessThanOrEqual(MAX_COUNTED);
    // An id, a rank and its r each.
    expect(turns).toBeGreaterThanOrEqual((3 * RUNS) / ITEMS_PER_TURN - 1);
  });

  test("of many fields that one batch of reads resumes is completed in turns, too", async () => {
    const { counter, ask } = serve();
    const { data, errors } = await ask("{ runs { batched { r } } }");
    expect(errors).toBeUndefined();
    expect(data?.["runs"]).toHaveLength(RUNS);
    expect(counter.most).toBeLessThanOrEqual(MAX_COUNTED);
  });

  test("of few values waits for no turn", async () => {
    const { ask } = serve();
    await new Promise(setImmediate);
    expect(await turnsDuring(() => ask("{ runs(count: 20) { id rank { r } } }"))).toBe(0);
  });

  test("of more values than a request may have is refused before its items are made", async () => {
    const { counter, made, ask } = serve({ ...DEFAULT_LIMITS, cost: 2 * RUNS });
    const { errors } = await ask("{ lazy { id rank { r } } }");
    expect(errors?.[0]?.message).toContain(`a response of ${3 * RUNS} values or more`);
    expect(errors?.[0]?.message).toContain(`${2 * RUNS} values in one response (RANKSCOPE_MAX_COST)`);
    expect(made).toEqual([]);
    expect(counter.most).toBe(0);
  });

  test("has the items of a list that are made one by one", async () => {
    const { made, ask } = serve();
    const { data } = await ask("{ lazy { id } }");
    expect(data?.["lazy"]).toHaveLength(RUNS);
    expect(made).toHaveLength(RUNS);
  });

  test.each([
    [`runs(count: ${DEFAULT_LIMITS.listItems + 1}) { id }`, "20001 objects; allowed: 20000 in one list"],
    ["steps(count: 100001)", "100001 values; allowed: 100000 in one list"],
  ])("never has a list that is too long to be begun in one turn: %s", async (field, message) => {
    const { errors } = await serve().ask(`{ ${field} }`);
    expect(errors?.[0]?.message).toContain(message);
  });
});

describe("a response becomes JSON", () => {
  const rows = Array.from({ length: 30_000 }, (_, i) => ({ id: i, name: `run "${i}"`, none: undefined, value: null }));
  test.each([
    ["of a long list", { data: { rows, empty: [], object: {}, other: { rows } }, errors: undefined }],
    ["of many fields", { data: Object.fromEntries(rows.map((row) => [row.name, row])) }],
    ["of lists in lists", { data: [rows, [rows, []], "text", 1, true] }],
    ["of long texts", { data: Array.from({ length: 100 }, (_, i) => 'é\u2028"'.repeat(10_000 + i)) }],
  ])("%s in turns, equal to that of JSON.stringify with a newline", async (_name, response) => {
    let text = "";
    const turns = await turnsDuring(async () => {
      text = await stringifyInTurns(response);
    });
    expect(text === `${JSON.stringify(response)}\n`).toBe(true);
    expect(turns).toBeGreaterThanOrEqual(text.length / 64 / 4 / ITEMS_PER_TURN - 1);
  });

  test("of few values in no turn", async () => {
    await new Promise(setImmediate);
    expect(await turnsDuring(() => stringifyInTurns({ data: { rows: rows.slice(0, 10) } }))).toBe(0);
  });
});
