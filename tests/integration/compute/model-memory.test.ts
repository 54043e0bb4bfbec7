import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, describe, expect, test } from "vitest";

// A 1.1B model's layers, of which four are run, in a process of its own: the peak of its memory is what is compared.

const SCRIPT = fileURLToPath(new URL("../../../scripts/bench/model-memory.ts", import.meta.url));
const data = mkdtempSync(path.join(tmpdir(), "rankscope-memory-"));
afterAll(() => rmSync(data, { recursive: true }));

/** Runs the measurement; it fails if the model needs more memory than is stated. */
async function measured(
  limit: number,
): Promise<{ readonly held: string; readonly used: number; readonly bound: number }> {
  const options = ["--model", "llama-1b", "--layers", "4", "--tokens", "16", "--limit", String(limit), "--data", data];
  const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", SCRIPT, ...options]);
  const number = (name: string) => Number(new RegExp(`${name}: (\\d+) MB`).exec(stdout)?.[1] ?? NaN);
  return { held: /held: (\w+)/.exec(stdout)?.[1] ?? "", used: number("used"), bound: number("bound of the model") };
}

describe.skipIf(process.platform !== "linux")("the memory of a model", () => {
  test("is at most what is stated, whether its weights are held or read layer by layer", async () => {
    const held = await measured(16_000);
    expect(held.held).toBe("packed");
    expect(held.used).toBeLessThanOrEqual(held.bound);
    const streamed = await measured(700);
    expect(streamed.held).toBe("streamed");
    expect(streamed.used).toBeLessThanOrEqual(streamed.bound);
    expect(streamed.used).toBeLessThanOrEqual(700);
    // The measurement sees the weights.
    expect(held.used).toBeGreaterThan(600);
  });
});
