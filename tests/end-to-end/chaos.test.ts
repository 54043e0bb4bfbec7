import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

// The short form of `npm run chaos`, without the parts that need root or minutes.
test("killed workers and servers, reset connections, clock jumps and slow clients cause no lost, duplicate or wrong results", async () => {
  const { stdout } = await promisify(execFile)("npx", ["--no-install", "tsx", "scripts/chaos.ts", "--seconds", "10"], {
    cwd: root,
  });
  const faults = stdout.match(/^.*: nothing wrong, lost or duplicated; recovered$/gm);
  expect(faults, stdout).toHaveLength(6);
}, 600_000);
