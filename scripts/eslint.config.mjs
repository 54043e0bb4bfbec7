import { fileURLToPath } from "node:url";
import { defineConfig, globalIgnores } from "eslint/config";
import { createNodeResolver, importX } from "eslint-plugin-import-x";
import tseslint from "typescript-eslint";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * What each part of src/ may import beside itself, types included. Each line may name only parts above it: the table is the
 * order of the layers.
 */
const ROOTS = ["errors.ts", "log.ts", "trace.ts", "model"];
const MAY_IMPORT = {
  "error-catalogue": [],
  "errors.ts": ["error-catalogue"],
  "log.ts": [],
  "trace.ts": [],
  model: ["errors.ts"],
  "config.ts": ["errors.ts", "model"],
  files: ["errors.ts", "log.ts"],
  import: [...ROOTS, "files"],
  weights: [...ROOTS, "files"],
  store: [...ROOTS, "files"],
  compute: [...ROOTS],
  derive: ["model"],
  jobs: [...ROOTS, "files", "import", "weights", "store", "compute", "derive"],
  analysis: [...ROOTS, "store", "derive"],
  export: [...ROOTS, "store", "derive", "analysis"],
  plots: [...ROOTS, "store", "derive", "analysis", "export"],
  report: [...ROOTS, "store", "derive", "analysis", "export"],
  graphql: [...ROOTS, "files", "store", "derive", "jobs/job-watch.ts", "analysis", "export", "plots", "report"],
  http: [...ROOTS, "files", "store", "derive", "analysis", "export", "plots", "report", "graphql"],
  observe: [...ROOTS, "store", "jobs", "http"],
  commands: [
    ...ROOTS,
    ...["config.ts", "files", "import", "weights", "store", "compute", "derive", "jobs", "analysis", "export", "plots"],
    ...["report", "graphql", "http", "observe"],
  ],
  "main.ts": ["errors.ts", "log.ts", "config.ts", "commands"],
};

/**
 * Packages that only one part may load, or two. Of OpenTelemetry's, any part may load the API, which does nothing by itself.
 */
const OWNED = [
  { owners: ["store"], packages: ["postgres", "pg", "pg-copy-streams", "@prisma"] },
  { owners: ["weights"], packages: ["@aws-sdk"] },
  { owners: ["compute"], packages: ["onnxruntime-node"] },
  { owners: ["jobs", "plots"], packages: ["piscina"] },
  { owners: ["plots"], packages: ["vega", "vega-lite", "@napi-rs/canvas"] },
  {
    owners: ["observe"],
    packages: [
      "prom-client",
      ...["context-async-hooks", "core", "exporter-trace-otlp-proto", "resources", "sdk-trace-base"].map(
        (name) => `@opentelemetry/${name}`,
      ),
    ],
  },
];

const UNSAFE = ["argument", "assignment", "call", "member-access", "return"];

const parts = Object.keys(MAY_IMPORT);
const zones = [
  ...parts.map((part) => ({
    target: `src/${part}`,
    from: "src",
    except: [part, ...MAY_IMPORT[part]],
    message: `${part} may import ${MAY_IMPORT[part].join(", ") || "nothing of src"}.`,
  })),
  ...OWNED.map(({ owners, packages }) => ({
    target: parts.filter((part) => !owners.includes(part)).map((part) => `src/${part}`),
    from: packages.map((name) => `node_modules/${name}`),
    message: `Only ${owners.join(" and ")} may load it.`,
  })),
];

export default defineConfig(
  globalIgnores([
    "dist",
    "src/store/generated",
    "tests/artifacts",
    "schema/graphql-env.d.ts",
    "scripts/bench/postgraphile/node_modules",
  ]),
  tseslint.configs.strictTypeChecked,
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    languageOptions: { parserOptions: { project: "tsconfig.json", tsconfigRootDir: root } },
    plugins: { "import-x": importX },
    settings: {
      "import-x/parsers": { "@typescript-eslint/parser": [".ts", ".tsx"] },
      "import-x/extensions": [".ts", ".tsx", ".mjs"],
      "import-x/resolver-next": [
        createNodeResolver({
          extensions: [".ts", ".tsx", ".mjs", ".js"],
          extensionAlias: { ".js": [".ts", ".tsx", ".js"] },
        }),
      ],
    },
    rules: {
      "import-x/no-cycle": ["error", { ignoreExternal: true }],
      "import-x/no-default-export": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
      "@typescript-eslint/no-unused-vars": ["error", { ignoreRestSiblings: true }],
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      // What node:fs rejects with is known: an ErrnoException.
      "@typescript-eslint/use-unknown-in-catch-callback-variable": "off",
      // Factories here return records of functions, made to be taken apart.
      "@typescript-eslint/unbound-method": "off",
      // Each of these takes as long as half of all other rules.
      "@typescript-eslint/no-deprecated": "off",
      "@typescript-eslint/no-unsafe-class-instance-assignment": "off",
      "@typescript-eslint/no-unsafe-enum-assignment": "off",
    },
  },
  {
    files: ["src/**"],
    rules: {
      "import-x/no-restricted-paths": ["error", { basePath: root, zones }],
      "max-lines": ["error", 300],
      "no-console": "error",
      "no-restricted-imports": [
        "error",
        ...["node:process", "process"].map((name) => ({ name, importNames: ["env"] })),
      ],
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: "Only config.ts reads it." },
      ],
    },
  },
  { files: ["src/config.ts"], rules: { "no-restricted-properties": "off" } },
  {
    files: ["src/derive/**"],
    rules: {
      "@typescript-eslint/no-restricted-imports": [
        "error",
        {
          patterns: [
            { regex: "^(?!\\.|jstat$)", allowTypeImports: true, message: "Of packages, derive may import jstat." },
          ],
        },
      ],
    },
  },
  { files: ["**/*.config.*", "**/*.d.ts"], rules: { "import-x/no-default-export": "off" } },
  // Tests read answers whose shape is the query's.
  {
    files: ["tests/**"],
    rules: Object.fromEntries(UNSAFE.map((name) => [`@typescript-eslint/no-unsafe-${name}`, "off"])),
  },
  // Outside the root's tsconfig.json: a second program would take as long again, and `npm run typecheck` has them.
  { files: ["**/*.mjs", "src/web/**"], extends: [tseslint.configs.disableTypeChecked] },
);
