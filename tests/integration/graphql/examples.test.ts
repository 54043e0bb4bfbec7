import { execFile, execFileSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { seedStudies } from "../../../scripts/seed/seed-studies.js";
import { apiServer } from "../../support/api-server.js";
import { temporaryFolder } from "../../support/temporary-folder.js";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const run = promisify(execFile);
const STUDIES = 200;

const server = apiServer((database) =>
  seedStudies(database, { studies: STUDIES, experiments: 8, layers: 2, points: 10 }),
);

function python(): string | undefined {
  try {
    execFileSync("python3", ["-c", "import gql, requests"], { stdio: "ignore" });
    return undefined;
  } catch {
    return 'skipped: there is no python3 with gql (pip install "gql[requests]")';
  }
}
const missing = python();
if (missing !== undefined) console.warn(missing);

describe("the example that compares studies", () => {
  const check = (stdout: string) => {
    const lines = stdout.trimEnd().split("\n");
    expect(lines.at(-1)).toBe(`${STUDIES} studies`);
    const rows = lines.slice(0, -1).map((line) => line.split("\t"));
    expect(rows.map(([slug]) => slug)).toEqual(
      Array.from({ length: STUDIES }, (_, n) => `seeded-${String(n).padStart(6, "0")}`),
    );
    for (const [, , rank, bound, cosine, saved] of rows) {
      expect([2, 4, 8, 16]).toContain(Number(rank));
      expect(["EXACT", "AT_MOST"]).toContain(bound);
      expect(Number(cosine)).toBeGreaterThan(0.8);
      expect(Number(saved)).toBeGreaterThan(70);
    }
  };

  test("runs in TypeScript, in under 40 lines", async () => {
    const script = path.join(root, "examples/clients/compare-studies.ts");
    const tsx = path.join(root, "node_modules/tsx/dist/cli.mjs");
    check((await run(process.execPath, [tsx, script, server.address, "seeded"])).stdout);
    expect((await readFile(script, "utf8")).trimEnd().split("\n").length).toBeLessThan(40);
  });

  test.skipIf(missing !== undefined)("runs in Python, in under 40 lines", async () => {
    const script = path.join(root, "examples/clients/compare_studies.py");
    check((await run("python3", [script, server.address, "seeded"])).stdout);
    expect((await readFile(script, "utf8")).trimEnd().split("\n").length).toBeLessThan(40);
  });
});

test("the typed client matches schema/schema.graphql (npm run schema writes it)", async () => {
  const output = path.join(await temporaryFolder(), "graphql-env.d.ts");
  const bin = path.join(root, "node_modules/gql.tada/bin/cli.js");
  await run(process.execPath, [bin, "generate-output", "-c", "examples/clients/tsconfig.json", "-o", output], {
    cwd: root,
  });
  const written = await readFile(path.join(root, "schema/graphql-env.d.ts"), "utf8");
  expect(await readFile(output, "utf8")).toBe(written);
});
