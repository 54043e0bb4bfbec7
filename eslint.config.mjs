import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

// Rules of single files. Which file may import which is in .dependency-cruiser.mjs.

/** The globals of the running Node.js. */
const NODE_GLOBALS = Object.fromEntries(Object.getOwnPropertyNames(globalThis).map((name) => [name, "readonly"]));

const UNSAFE = ["argument", "assignment", "call", "member-access", "return"];

const SPREAD_LITERAL = {
  selector: "ObjectExpression > SpreadElement > ObjectExpression",
  message: "Write each property on its own instead of spreading a literal.",
};

/** About 120,000 arguments overflow the stack, with the message "Maximum call stack size exceeded". */
const SPREAD_ARGUMENTS = {
  selector:
    "CallExpression[callee.object.name='Math'] > SpreadElement, CallExpression[callee.property.name=/^(push|unshift)$/] > SpreadElement",
  message: "Use `largest` or `smallest` of src/model/extremes.ts, or a loop: many arguments overflow the stack.",
};

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
    languageOptions: { parserOptions: { project: "tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true, named: true } }],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-nested-ternary": "error",
      "no-restricted-syntax": ["error", SPREAD_LITERAL],
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
  {
    files: ["src/**"],
    rules: { "no-restricted-syntax": ["error", SPREAD_LITERAL, SPREAD_ARGUMENTS] },
  },
  { files: ["src/config.ts"], rules: { "no-restricted-properties": "off" } },
  { files: ["**/*.config.*", "**/*.d.ts", ".dependency-cruiser.mjs"], rules: { "no-restricted-exports": "off" } },
  // Tests read answers whose shape is the query's.
  {
    files: ["tests/**"],
    rules: Object.fromEntries(UNSAFE.map((name) => [`@typescript-eslint/no-unsafe-${name}`, "off"])),
  },
  // Outside the root's tsconfig.json: a second program would take as long again, and `npm run typecheck` has them.
  { files: ["**/*.mjs", "src/web/**"], extends: [tseslint.configs.disableTypeChecked] },
  // No type checker reads these files, so nothing else notices a name that does not exist.
  { files: ["**/*.mjs"], languageOptions: { globals: NODE_GLOBALS }, rules: { "no-undef": "error" } },
);
