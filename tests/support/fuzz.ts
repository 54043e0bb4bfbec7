import { writeFile } from "node:fs/promises";
import path from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RankscopeError } from "#src/errors.js";
import { temporaryFolder } from "./temporary-folder.js";

/** Cases a property: 2,000 unless RANKSCOPE_FUZZ_CASES says otherwise, as `npm run fuzz` does. */
export const CASES = Number(process.env["RANKSCOPE_FUZZ_CASES"] ?? 2000);
/** A case takes a millisecond; one that hangs takes the test along. */
const CASE_MILLISECONDS = 20;

/** Runs `check` on as many values as there are cases (or the given share of them), and says how many there were. */
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
        // Whatever a file calls its keys, they are keys of its own objects only.
        expect(Object.keys(Object.prototype)).toEqual([]);
      });
      // The limit that other tests have would leave cases out without a word.
      await fc.assert(property, { numRuns, skipAllAfterTimeLimit: 0x7fffffff, endOnFailure: numRuns > 10_000 });
      expect(done).toBe(numRuns);
    },
    60_000 + numRuns * CASE_MILLISECONDS,
  );
}

/** What `read` gives; undefined where it refuses its input with an error of the catalogue. Any other error is thrown on. */
export async function readOrRefused<Result>(read: () => Promise<Result> | Result): Promise<Result | undefined> {
  try {
    return await read();
  } catch (error) {
    if (error instanceof RankscopeError) return undefined;
    throw error;
  }
}
