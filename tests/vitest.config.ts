import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// Tests import `#src/...`, which package.json maps to dist/: they exercise the very files that ship,
// loaded by Node itself, so that worker threads start from their real place.
export default defineConfig({
  test: {
    root: fileURLToPath(new URL("..", import.meta.url)),
    include: ["tests/**/*.test.ts"],
    globalSetup: ["tests/support/global-setup.ts"],
    setupFiles: ["tests/support/shrink-time.ts"],
    server: { deps: { external: [/\/dist\//] } },
    // Most tests wait for processes: two at a time keep two cores busy, where Vitest by itself would leave one idle.
    maxWorkers: 2,
    minWorkers: 1,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
