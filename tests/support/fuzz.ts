import { writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RankscopeError } from "#src/errors.js";
import { temporaryFolder } from "./temporary-folder.js";

/** Cases per property: 250, or RANKSCOPE_FUZZ_CASES, which `npm run fuzz` sets. */
export const CASES = Number(process.env["RANKSCOPE_FUZZ_CASES"] ?? 250);
/** A case takes about a millisecond; a case that hangs fails the test. */
const CASE_MILLISECONDS = 20;

/** Runs `check` on one value per case, or on the given share of the cases, and prints their number. */
export function fuzz<Value>(
  name: string,
  values: fc.Arbitrary<Value>,
  check: (value: Value, file: (bytes: Uint8Array | string) => Promise<string>) => Promise<void> | void,
  { share = 1, fileName = "file" }: { readonly share?: number; readonly fileName?: string } = {},
): void {
  const numRuns = Math.ceil(CASES * share);
  test(
    name,
    async () => {
      const place = path.join(await temporaryFolder(), fileName);
      const file = async (bytes: Uint8Array | string) => {
        await writeFile(place, bytes);
        return place;
      };
      let done = 0;
      const property = fc.asyncProperty(values, async (value) => {
        done += 1;
        await check(value, file);
        // Keys of a file must never change the prototype of other objects.
        expect(Object.keys(Object.prototype)).toEqual([]);
      });
      await fc.assert(property, { numRuns });
      expect(done).toBe(numRuns);
    },
    60_000 + numRuns * CASE_MILLISECONDS,
  );
}

/** Returns the result of `read`, or undefined if it rejects the input with a catalogued error. Other errors are rethrown. */
export async function readOrRefused<Result>(read: () => Promise<Result> | Result): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RankscopeError) return undefined;
    throw error;
  }
}
