import { ITEMS_PER_TURN, takeTurn } from "../store/in-turns.js";

/** Number of characters of a text that are converted in about the time of one other value. */
const CHARACTERS_PER_VALUE = 64;

/**
 * Returns the JSON text of a response, with a newline at its end, as Apollo Server does. A response of many values is converted in
 * turns of the event loop.
 */
export async function stringifyInTurns(response: object): Promise<string> {
  const parts: string[] = [];
  for await (const part of jsonParts(response, {})) parts.push(part);
  return `${parts.join("")}\n`;
}

/** Returns the parts of a value's JSON text. @param owner the response, see takeTurn */
async function* jsonParts(value: unknown, owner: object): AsyncGenerator<string> {
  const count = countValues(value);
  if (count <= ITEMS_PER_TURN || typeof value !== "object" || value === null) {
    await takeTurn(count, owner);
    yield JSON.stringify(value);
  } else if (Array.isArray(value)) {
    yield* partsOfList(value, owner);
  } else {
    yield* partsOfObject(value, owner);
  }
}

async function* partsOfList(list: readonly unknown[], owner: object): AsyncGenerator<string> {
  let separator = "[";
  for (const { values, count } of groupsOf(list)) {
    yield separator;
    separator = ",";
    const [first] = values;
    if (count > ITEMS_PER_TURN) yield* jsonParts(first, owner);
    else {
      await takeTurn(count, owner);
      yield JSON.stringify(values).slice(1, -1);
    }
  }
  yield "]";
}

async function* partsOfObject(object: object, owner: object): AsyncGenerator<string> {
  let separator = "{";
  for (const [name, value] of Object.entries(object) as [string, unknown][]) {
    // JSON has no undefined; JSON.stringify leaves such a field out.
    if (value === undefined) continue;
    yield `${separator}${JSON.stringify(name)}:`;
    separator = ",";
    yield* jsonParts(value, owner);
  }
  yield separator === "{" ? "{}" : "}";
}

/** Consecutive values of a list that are converted in one turn, or one larger value. */
interface Group {
  readonly values: unknown[];
  count: number;
}

function* groupsOf(list: readonly unknown[]): Generator<Group> {
  let group: Group = { values: [], count: 0 };
  for (const value of list) {
    const count = countValues(value);
    if (group.values.length > 0 && group.count + count > ITEMS_PER_TURN) {
      yield group;
      group = { values: [], count: 0 };
    }
    group.values.push(value);
    group.count += count;
  }
  if (group.values.length > 0) yield group;
}

/** Counts the values inside a value, at least up to one more than a turn converts. */
export function countValues(value: unknown): number {
  let count = 0;
  const stack = [value];
  while (stack.length > 0 && count <= ITEMS_PER_TURN) {
    const one = stack.pop();
    count += typeof one === "string" ? 1 + one.length / CHARACTERS_PER_VALUE : 1;
    if (typeof one !== "object" || one === null) continue;
    // A longer list needs no count of its items.
    if (Array.isArray(one) && one.length > ITEMS_PER_TURN) return one.length;
    for (const inner of Object.values(one) as unknown[]) stack.push(inner);
  }
  return count;
}
