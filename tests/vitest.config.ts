import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LongestFirst } from "./support/longest-first.js";

/** Tests in memory: no database, no browser, no other process. `npm run test:unit` runs only these. */
const UNIT = ["tests/unit/**/*.test.ts"];
const CONTRACT_IN_MEMORY = ["tests/contract/{sdl,descriptions}.test.ts"];
/** Unit tests by subject which start processes all the same. */
const UNIT_WITH_PROCESSES = [
  "tests/unit/files/open-file.test.ts",
  "tests/unit/import/{bombs,untrusted-folder}.test.ts",
];
/** Tests of the repository itself, which load ESLint and all documents. */
const REPOSITORY = ["tests/unit/{architecture,docs}.test.ts"];
/** Tests whose code runs in this process, some of them on the PostgreSQL of `global-setup.ts`. */
const SERVICES = ["tests/fuzz/**/*.test.ts", "tests/integration/**/*.test.ts"];
/** Integration tests which change the user or the signals of their process, as no thread can. */
const SERVICES_WITH_PROCESSES = [
  "tests/integration/store/embedded.test.ts",
  "tests/integration/store/embedded-store.test.ts",
  "tests/integration/weights/local-store.test.ts",
];

// Tests import `#src/...`, which package.json maps to dist/: they exercise the very files that ship,
// loaded by Node itself, so that worker threads start from their real place.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    globalSetup: ["tests/support/global-setup.ts"],
    setupFiles: ["tests/support/no-shrinking.ts"],
    server: { deps: { external: [/\/dist\//] } },
    // Limits end what hangs. Tests have no shorter ones of their own: on a busy machine all takes many times as long.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    sequence: { sequencer: LongestFirst },
    // Two pools run side by side, and each of their threads and processes loads the code once for all its files. At most one more
    // than the minimum: tinypool 1.1 removes an idle worker of several twice, which ends the run without a summary ("Terminating
    // worker thread").
    poolOptions: {
      threads: { isolate: false, minThreads: 1, maxThreads: 2 },
      forks: { isolate: false, minForks: 1, maxForks: 2 },
    },
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          pool: "threads",
          include: [...UNIT, ...CONTRACT_IN_MEMORY],
          exclude: [...UNIT_WITH_PROCESSES, ...REPOSITORY],
        },
      },
      {
        extends: true,
        test: {
          name: "services",
          pool: "threads",
          include: [...SERVICES, ...REPOSITORY],
          exclude: SERVICES_WITH_PROCESSES,
        },
      },
      {
        extends: true,
        test: {
          name: "processes",
          pool: "forks",
          include: [
            ...UNIT_WITH_PROCESSES,
            ...SERVICES_WITH_PROCESSES,
            "tests/{browser,contract,end-to-end}/**/*.test.ts",
          ],
          exclude: CONTRACT_IN_MEMORY,
        },
      },
    ],
  },
});
