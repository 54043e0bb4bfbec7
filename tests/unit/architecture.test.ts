import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, test } from "vitest";

// ESLint holds the architecture, and this test holds ESLint to it: sources that break a rule are linted as if they lay in src/.

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Which folder may import which. Anyone may import errors.ts and log.ts, and types. */
const ALLOWED: Record<string, readonly string[]> = {
  import: [],
  store: [],
  compute: [],
  derive: [],
  jobs: ["import", "store", "compute", "derive"],
  serve: ["store", "derive"],
  commands: ["import", "store", "compute", "derive", "jobs", "serve"],
};
const FOLDERS = Object.keys(ALLOWED);

const eslint = new ESLint({
  cwd: ROOT,
  overrideConfigFile: path.join(ROOT, "scripts/eslint.config.mjs"),
  // Planted files are in no TypeScript program.
  overrideConfig: [tseslint.configs.disableTypeChecked],
});

/** The rules that `source` breaks as the file src/`place`, one a line that breaks one. */
async function broken(place: string, source: string): Promise<string[]> {
  const [result] = await eslint.lintText(source, { filePath: path.join(ROOT, "src", place) });
  return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
}

const folders = readdirSync(path.join(ROOT, "src"), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
);

/** Some file of the folder, as the rules see only files that are there. */
function fileOf(folder: string): string {
  const file = readdirSync(path.join(ROOT, "src", folder)).find(
    (name) => name.endsWith(".ts") && !name.endsWith(".d.ts"),
  );
  if (file === undefined) throw new Error(`src/${folder} has no source file`);
  return `../${folder}/${file.replace(/\.ts$/, ".js")}`;
}

const PATHS = "rankscope/no-restricted-paths";

test("every folder of src has its rules", () => {
  expect([...folders].sort()).toEqual([...FOLDERS].sort());
});

describe.each(FOLDERS)("src/%s", (folder) => {
  const others = FOLDERS.filter((other) => other !== folder);
  const from = `${folder}/planted.ts`;

  test("imports what it may and nothing else, however it is written", async () => {
    for (const other of others) {
      const expected = ALLOWED[folder]?.includes(other) === true ? [] : [PATHS];
      const file = fileOf(other);
      expect(await broken(from, `import "${file}";`), other).toEqual(expected);
      expect(await broken(from, `export * from "${file}";`), other).toEqual(expected);
      expect(await broken(from, `export const load = () => import("${file}");`), other).toEqual(expected);
    }
  });

  test("may import types from anywhere, errors and the log", async () => {
    const types = others.map(
      (other, i) =>
        `import type * as T${String(i)} from "${fileOf(other)}"; export type U${String(i)} = typeof T${String(i)};`,
    );
    expect(
      await broken(from, [...types, `export * from "../errors.js"; export * from "../log.js";`].join("\n")),
    ).toEqual([]);
  });

  test("does not import main", async () => {
    expect(await broken(from, `import "../main.js";`)).toContain(PATHS);
  });

  test("loads the database's packages or onnxruntime only where it owns them", async () => {
    for (const name of ["postgres", "pg", "@prisma/adapter-pg", "@prisma/client"]) {
      expect(await broken(from, `import "${name}";`), name).toEqual(folder === "store" ? [] : [PATHS]);
    }
    expect(await broken(from, `import "onnxruntime-node";`)).toEqual(folder === "compute" ? [] : [PATHS]);
    expect(await broken(from, `import type { Sql } from "postgres"; export type S = Sql;`)).toEqual([]);
  });

  test("does not read the environment, print, or export a default", async () => {
    expect(await broken(from, "export const home = process.env;")).toEqual(["no-restricted-properties"]);
    expect(await broken(from, `import { env } from "node:process"; export const home = env;`)).toEqual([
      "no-restricted-imports",
    ]);
    expect(await broken(from, `console.log("hello");`)).toEqual(["no-console"]);
    expect(await broken(from, "export default 1;")).toEqual(["import-x/no-default-export"]);
  });
});

test("of jobs, serve imports only what enqueues", async () => {
  expect(await broken("serve/planted.ts", `import "../jobs/payloads.js";`)).toEqual([]);
  expect(await broken("serve/resolvers/planted.ts", `import "../../jobs/import-study.js";`)).toEqual([PATHS]);
});

test("only config.ts reads the environment", async () => {
  expect(await broken("config.ts", "export const environment = process.env;")).toEqual([]);
  expect(await broken("main.ts", "export const environment = process.env;")).toEqual(["no-restricted-properties"]);
});

test("errors.ts imports nothing of src, so that everything may import it", async () => {
  expect(await broken("errors.ts", `import "./log.js";`)).toEqual([PATHS]);
});

test("an import cycle is reported, one of types is none", async () => {
  // src/serve/playground.ts is imported by server.ts.
  expect(await broken("serve/playground.ts", `import "./server.js";`)).toEqual(["import-x/no-cycle"]);
  expect(
    await broken("serve/playground.ts", `import type * as S from "./server.js"; export type T = typeof S;`),
  ).toEqual([]);
});

test("a file of more than 300 lines is reported", async () => {
  expect(await broken("derive/planted.ts", "export {};\n".repeat(301))).toContain("max-lines");
  expect(await broken("derive/planted.ts", "export {};\n".repeat(300))).not.toContain("max-lines");
});
