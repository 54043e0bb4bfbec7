import { readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { describe, expect, test } from "vitest";

// ESLint holds the architecture, and this test holds ESLint to it: sources that break a rule are linted as if they lay
// in src/.

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Which folder may import which. All but derive may import errors.ts and log.ts, and all may import types. */
const ALLOWED: Record<string, readonly string[]> = {
  files: [],
  import: ["files"],
  store: ["files"],
  weights: ["files"],
  compute: [],
  derive: [],
  jobs: ["files", "import", "store", "weights", "compute", "derive"],
  serve: ["files", "store", "derive"],
  observe: [],
  commands: ["observe", "import", "store", "weights", "compute", "derive", "jobs", "serve"],
};
const FOLDERS = Object.keys(ALLOWED);

/** The folders that may load a package. */
const OWNERS: Record<string, string | readonly string[]> = {
  postgres: "store",
  pg: "store",
  "@prisma/adapter-pg": "store",
  "@prisma/client": "store",
  "@aws-sdk/client-s3": "weights",
  "@aws-sdk/lib-storage": "weights",
  "onnxruntime-node": "compute",
  piscina: ["jobs", "serve"],
  vega: "serve",
  "vega-lite": "serve",
  "@napi-rs/canvas": "serve",
  "prom-client": "observe",
  "@opentelemetry/sdk-trace-base": "observe",
  "@opentelemetry/exporter-trace-otlp-proto": "observe",
};

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
  // The catalogue is what errors.ts is made of: nothing else imports it, and it imports nothing.
  expect([...folders].sort()).toEqual([...FOLDERS, "error-catalogue"].sort());
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

  test("may import types from anywhere", async () => {
    const types = others.map(
      (other, i) => `import type * as T${i} from "${fileOf(other)}"; export type U${i} = typeof T${i};`,
    );
    expect(await broken(from, types.join("\n"))).toEqual([]);
  });

  test("may import errors and the log, unless it is derive", async () => {
    const found = await broken(from, `export * from "../errors.js"; export * from "../log.js";`);
    expect(found).toEqual(folder === "derive" ? [PATHS, PATHS] : []);
  });

  test("does not import main", async () => {
    expect(await broken(from, `import "../main.js";`)).toContain(PATHS);
  });

  test("loads the packages that have owners only where it is one", async () => {
    for (const [name, owner] of Object.entries(OWNERS)) {
      expect((await broken(from, `import "${name}";`)).includes(PATHS), name).toBe(![owner].flat().includes(folder));
    }
    expect(await broken(from, `import type { Sql } from "postgres"; export type S = Sql;`)).toEqual([]);
  });

  test("does not read the environment, print, or export a default", async () => {
    expect(await broken(from, "export const home = process.env;")).toEqual(["no-restricted-properties"]);
    for (const name of ["node:process", "process"]) {
      const source = `import { env } from "${name}"; export const home = env;`;
      expect(await broken(from, source), name).toContain("no-restricted-imports");
    }
    expect(await broken(from, `console.log("hello");`)).toEqual(["no-console"]);
    expect(await broken(from, "export default 1;")).toEqual(["import-x/no-default-export"]);
  });
});

test("derive imports no package but jstat, nor Node's modules", async () => {
  expect(await broken("derive/planted.ts", `import jstat from "jstat"; export const mean = jstat.mean;`)).toEqual([]);
  expect(await broken("derive/planted.ts", `import type { Stats } from "node:fs"; export type S = Stats;`)).toEqual([]);
  for (const name of ["node:fs", "zod"]) {
    expect(await broken("derive/planted.ts", `import "${name}";`)).toEqual([
      "@typescript-eslint/no-restricted-imports",
    ]);
  }
});

test("only null is compared loosely, and types are imported as types", async () => {
  expect(await broken("store/planted.ts", "export const is = (a: unknown): boolean => a == null;")).toEqual([]);
  expect(await broken("store/planted.ts", "export const is = (a: unknown): boolean => a == 1;")).toEqual(["eqeqeq"]);
  const untyped = `import { Sql } from "postgres"; export type S = Sql;`;
  expect(await broken("store/planted.ts", untyped)).toEqual(["@typescript-eslint/consistent-type-imports"]);
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
