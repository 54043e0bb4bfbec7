import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cruise, type ICruiseOptions, type ICruiseResult, type IForbiddenRuleType } from "dependency-cruiser";
import { ESLint } from "eslint";
import tseslint from "typescript-eslint";
import { beforeAll, describe, expect, test } from "vitest";
// @ts-expect-error -- the tool reads JavaScript only, which has no types
import * as config from "../../.dependency-cruiser.mjs";
// @ts-expect-error -- a script in JavaScript, which has no types
import { ENTRIES } from "../../scripts/bundle-processes.mjs";
import { temporaryFolder } from "../support/temporary-folder.js";

// dependency-cruiser checks the layers and ESLint checks single files; these tests check that both report violations.

/** A rule of dependencies, rather than of dependents. */
type Rule = Extract<IForbiddenRuleType, { readonly to: unknown }>;

const {
  LAYERS,
  PACKAGE_OWNERS,
  PURE,
  default: configuration,
} = config as {
  readonly LAYERS: Readonly<Record<string, readonly string[]>>;
  readonly PACKAGE_OWNERS: Readonly<Record<string, readonly string[]>>;
  readonly PURE: Readonly<Record<string, readonly string[]>>;
  readonly default: { readonly forbidden: readonly Rule[]; readonly options: ICruiseOptions };
};

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const PARTS = Object.keys(LAYERS);

/** A file of a part: the part itself, or a file in its folder. */
const fileOf = (part: string) => (part.endsWith(".ts") ? part : `${part}/file.ts`);

/** Returns the violations in a generated src/ as `from to rule`, with paths relative to src/. */
async function violations(files: Readonly<Record<string, string>>): Promise<string[]> {
  const folder = await temporaryFolder();
  for (const [name, source] of Object.entries(files)) {
    const file = path.join(folder, "src", name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, source);
  }
  const { output } = await cruise(["src"], {
    ...configuration.options,
    ruleSet: { forbidden: [...configuration.forbidden] },
    validate: true,
    baseDir: folder,
  });
  return (output as ICruiseResult).summary.violations.map(
    ({ from, to, rule }) => `${from.replace("src/", "")} ${to.replace("src/", "")} ${rule.name}`,
  );
}

/** The specifier of part `to` as a file of part `from` writes it. */
function specifier(from: string, to: string): string {
  const relative = path.posix.relative(path.posix.dirname(fileOf(from)), fileOf(to)).replace(/\.ts$/, ".js");
  return relative.startsWith(".") ? relative : `./${relative}`;
}

test("every part of src/ has a row in the table of layers", () => {
  const parts = readdirSync(path.join(ROOT, "src"));
  expect([...parts].sort()).toEqual([...PARTS].sort());
});

test("a layer may import only layers below it", () => {
  PARTS.forEach((part, i) => {
    const below = PARTS.slice(0, i);
    for (const allowed of LAYERS[part] ?? []) {
      const [name = ""] = allowed.split("/");
      expect(below, `${part} may import ${allowed}`).toContain(name);
    }
  });
});

describe("an import that the table does not allow is reported", () => {
  /** Makes every part import every other part in one way, each import in its own file. */
  async function reported(write: (specifier: string, i: number) => string): Promise<Set<string>> {
    const files: Record<string, string> = {};
    for (const part of PARTS) {
      const others = PARTS.filter((other) => other !== part);
      const imports = others.map((other, i) => write(specifier(part, other), i));
      files[fileOf(part)] = [...imports, "export const own = 1; export type Own = number;"].join("\n");
    }
    const found = await violations(files);
    return new Set(found.filter((line) => line.includes(" layer-")));
  }

  const expected = new Set(
    PARTS.flatMap((part) =>
      PARTS.filter((other) => other !== part && !(LAYERS[part] ?? []).includes(other)).map(
        (other) => `${fileOf(part)} ${fileOf(other)} layer-${part}`,
      ),
    ),
  );

  test.each([
    ["an import", (name: string, i: number) => `import { own as o${i} } from "${name}"; export const u${i} = o${i};`],
    ["a type", (name: string, i: number) => `import type { Own as O${i} } from "${name}"; export type U${i} = O${i};`],
    ["a dynamic import", (name: string, i: number) => `export const load${i} = () => import("${name}");`],
  ])("written as %s", async (_way, write) => {
    expect(await reported(write)).toEqual(expected);
  });
});

test("a package is imported only by its owners", () => {
  const rules = configuration.forbidden.filter(({ name }) => name?.startsWith("package-"));
  for (const [name, owners] of Object.entries(PACKAGE_OWNERS)) {
    const rule = rules.find((candidate) => candidate.name === `package-${name}`);
    const pattern = new RegExp(String(rule?.to.path));
    expect(pattern.test(`node_modules/${name}/index.js`), name).toBe(true);
    expect(pattern.test(`node_modules/other-${name}/index.js`), name).toBe(false);
    const exempt = (rule?.from.pathNot as string[]).map((path) => new RegExp(path));
    for (const part of PARTS) {
      const isExempt = exempt.some((expression) => expression.test(`src/${fileOf(part)}`));
      expect(isExempt, `${part} loads ${name}`).toBe(owners.includes(part));
    }
  }
});

test("a part that serves requests imports no function that resamples, except through the pool", async () => {
  const use =
    'import { degradationsOf } from "../derive/degradation/degradation.js"; export const used = degradationsOf;';
  const useType =
    'import type { Degradation } from "../derive/degradation/degradation.js"; export type Used = Degradation;';
  const found = await violations({
    "derive/degradation/degradation.ts": "export const degradationsOf = 1; export type Degradation = number;",
    "threads/derivation-thread.ts": use,
    "analysis/request/request-derivations.ts": use.replace("../derive", "../../derive"),
    "analysis/file.ts": use,
    "graphql/file.ts": use,
    "graphql/type.ts": useType,
    "plots/file.ts": use,
    "report/file.ts": use,
    "export/file.ts": use,
    "http/file.ts": use,
  });
  const parts = ["analysis", "export", "graphql", "http", "plots", "report"];
  expect(found.sort()).toEqual(
    parts.map((part) => `${part}/file.ts derive/degradation/degradation.ts derivations-on-threads`),
  );
});

test("a pure part imports neither Node modules nor packages", async () => {
  for (const part of Object.keys(PURE)) {
    const found = await violations({
      [`${part}/file.ts`]: `import { readFileSync } from "node:fs"; export { readFileSync as r };`,
    });
    expect(found, part).toContain(`${part}/file.ts fs pure-${part}`);
  }
});

test("an import cycle is reported, including cycles of types", async () => {
  for (const kind of ["", "type "]) {
    const found = await violations({
      "store/a.ts": `import ${kind}{ B } from "./b.js"; export class A {} export type UseB = B;`,
      "store/b.ts": `import ${kind}{ A } from "./a.js"; export class B {} export type UseA = A;`,
    });
    expect(found.filter((line) => line.endsWith("no-cycle"))).not.toEqual([]);
  }
});

test("a re-export, an unresolved import and an unknown folder are reported", async () => {
  const found = await violations({
    "store/a.ts": `export { b } from "./b.js";`,
    "store/b.ts": `import { c } from "./missing.js"; export const b = c;`,
    "elsewhere/a.ts": `import { b } from "../store/b.js"; export const a = b;`,
  });
  expect(found).toEqual(
    expect.arrayContaining([
      "store/a.ts store/b.ts no-re-export",
      "store/b.ts ./missing.js resolvable",
      "elsewhere/a.ts store/b.ts known-part",
    ]),
  );
});

describe("ESLint", () => {
  let eslint: ESLint;
  beforeAll(() => {
    eslint = new ESLint({
      cwd: ROOT,
      // The generated files belong to no TypeScript program.
      overrideConfig: [tseslint.configs.disableTypeChecked],
    });
  });

  /** The rules that `source` breaks as the file src/`place`, one a line that breaks one. */
  async function broken(place: string, source: string): Promise<string[]> {
    const [result] = await eslint.lintText(source, { filePath: path.join(ROOT, "src", place) });
    return (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
  }

  test("allows only config.ts to read the environment", async () => {
    const source = "export const home = process.env;";
    expect(await broken("config.ts", source)).toEqual([]);
    for (const part of PARTS.filter((name) => name !== "config.ts")) {
      const file = part.endsWith(".ts") ? part : `${part}/planted.ts`;
      expect(await broken(file, source), part).toEqual(["no-restricted-properties"]);
    }
    for (const name of ["node:process", "process"]) {
      const imported = `import { env } from "${name}"; export const home = env;`;
      expect(await broken("store/planted.ts", imported), name).toContain("no-restricted-imports");
    }
  });

  test("reports printing and default exports", async () => {
    expect(await broken("store/planted.ts", `console.log("hello");`)).toEqual(["no-console"]);
    expect(await broken("store/planted.ts", "export default 1;")).toEqual(["no-restricted-exports"]);
  });

  test("allows loose comparison only with null, and requires type imports", async () => {
    expect(await broken("store/planted.ts", "export const is = (a: unknown): boolean => a == null;")).toEqual([]);
    expect(await broken("store/planted.ts", "export const is = (a: unknown): boolean => a == 1;")).toEqual(["eqeqeq"]);
    const untyped = `import { Sql } from "postgres"; export type S = Sql;`;
    expect(await broken("store/planted.ts", untyped)).toEqual(["@typescript-eslint/consistent-type-imports"]);
  });

  test("reports nested conditional expressions and spread literals", async () => {
    const nested = "export const a = (b: boolean, c: boolean) => (b ? 1 : c ? 2 : 3);";
    expect(await broken("store/planted.ts", nested)).toEqual(["no-nested-ternary"]);
    const spread = "export const a = (b: number, c: number) => ({ ...{ b, c }, d: 1 });";
    expect(await broken("store/planted.ts", spread)).toEqual(["no-restricted-syntax"]);
  });

  test("reports a file of more than 300 lines", async () => {
    expect(await broken("derive/planted.ts", "export {};\n".repeat(301))).toContain("max-lines");
    expect(await broken("derive/planted.ts", "export {};\n".repeat(300))).not.toContain("max-lines");
  });
});

test("every module that a process or a thread starts from is bundled", () => {
  const starts = /(?:new URL\(|runChild\()"([^"]+\.js)"/g;
  const found = readdirSync(path.join(ROOT, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.startsWith("web"))
    .flatMap((file) =>
      [...readFileSync(path.join(ROOT, "src", file), "utf8").matchAll(starts)].map(([, started = ""]) =>
        path.join(path.dirname(file), started.replace(/\.js$/, ".ts")),
      ),
    );
  expect([...new Set(found)].sort()).toEqual([...(ENTRIES as string[])].sort());
});

test("no file contains the marks of an unresolved merge", () => {
  // Compilers accept them in a template literal or in Markdown.
  const files = ["src", "tests", "scripts", "docs", "examples", "prisma"].flatMap((folder) =>
    readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.(ts|tsx|mjs|md|py|css|sql|prisma|json)$/.test(entry.name))
      .map((entry) => path.join(entry.parentPath, entry.name)),
  );
  expect(files.length).toBeGreaterThan(500);
  expect(files.filter((file) => /^(?:<{7}|>{7}) /m.test(readFileSync(file, "utf8")))).toEqual([]);
});
