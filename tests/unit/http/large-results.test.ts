import { expect, test } from "vitest";
import { openLargeResults } from "#src/http/sockets/large-results.js";

const message = (payload: unknown) => JSON.stringify({ id: "1", type: "next", payload });
const large = (text: string) => ({ data: { runs: Array.from({ length: 20_000 }, (_, i) => ({ i, text })) } });

test("a small result is sent as it is", async () => {
  const results = openLargeResults();
  const result = { data: { study: null } };
  expect(await results.shorten(result)).toBe(result);
  expect(results.expand(message(result))).toBe(message(result));
});

test("large results are replaced, each in its own message and once", async () => {
  const results = openLargeResults();
  const [one, other] = [large('$& $1 "'), large("other")];
  const [first, second] = [await results.shorten(one), await results.shorten(other)];
  expect(message(first).length).toBeLessThan(200);
  expect(results.expand(message({ data: {} }))).toBe(message({ data: {} }));
  expect(results.expand(message(second))).toBe(message(other));
  expect(results.expand(message(first))).toBe(message(one));
  expect(results.expand(message(first))).toBe(message(first));
});
