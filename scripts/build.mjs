// Builds what `npm start` and the tests run, and only what is stale: the Prisma client, dist/, the playground and the
// dashboard.
// Sources are compiled file by file, so that the tests load exactly what ships. Types are checked by `npm run typecheck`;
// esbuild emits no decorator metadata and none is needed, since every GraphQL field names its type itself.
import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { build } from "esbuild";
import { buildDashboard } from "./build-dashboard.mjs";
import { buildWeb } from "./build-web.mjs";
import { bundlePackages, importBundledPackages } from "./bundle-packages.mjs";
import { bundleProcesses, ENTRIES } from "./bundle-processes.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const dist = path.join(root, "dist");

/** Runs `step` unless dist/ holds a stamp made from the same inputs. */
async function whenStale(name, inputs, output, step) {
  const hash = createHash("sha256");
  for (const file of inputs) hash.update(file).update(await readFile(path.join(root, file)));
  const digest = hash.digest("hex");
  const stamp = path.join(dist, `.${name}.stamp`);
  const last = await readFile(stamp, "utf8").catch(() => "");
  if (last === digest && existsSync(output)) return;
  await step();
  await mkdir(dist, { recursive: true });
  await writeFile(stamp, digest);
}

async function filesBelow(folder) {
  const entries = await readdir(path.join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath, entry.name)))
    .sort();
}

/** Returns all source files except the generated ones. */
async function sourceFiles() {
  return (await filesBelow("src")).filter((file) => !file.startsWith(GENERATED));
}

const GENERATED = "src/store/generated";
const web = "src/web";
const dashboard = `${web}/dashboard`;

// These steps are independent of each other.
await Promise.all([buildSources(), buildPackages(), buildPlayground(), buildDashboardPage()]);

async function buildSources() {
  await whenStale("prisma", ["prisma/schema.prisma", "package-lock.json"], path.join(root, GENERATED), async () => {
    await promisify(execFile)(
      process.execPath,
      [path.join(root, "node_modules/prisma/build/index.js"), "generate", "--schema", "prisma/schema.prisma"],
      // `generate` would download a schema engine that it does not use; any executable satisfies it.
      {
        cwd: root,
        env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1" },
      },
    );
  });

  const sources = (await filesBelow("src")).filter((file) => !file.startsWith(web));
  await whenStale(
    "sources",
    [...sources, "tsconfig.json", "scripts/build.mjs", "scripts/bundle-packages.mjs", "scripts/bundle-processes.mjs"],
    path.join(dist, "main.js"),
    async () => {
      for (const entry of await readdir(dist).catch(() => [])) {
        // Removes compiled files of deleted sources. Pages and packages stay, because they have their own stamps.
        if (!entry.startsWith(".") && entry !== "web" && entry !== "packages")
          await rm(path.join(dist, entry), { recursive: true });
      }
      await build({
        entryPoints: sources
          .filter(
            (file) => file.endsWith(".ts") && !file.endsWith(".d.ts") && !ENTRIES.includes(path.relative("src", file)),
          )
          .map((file) => path.join(root, file)),
        outdir: dist,
        outbase: path.join(root, "src"),
        // Each file stays a module of its own: the plugin leaves every import as it is, or points it to a bundled package.
        bundle: true,
        plugins: [importBundledPackages({ root, outdir: dist })],
        platform: "node",
        format: "esm",
        target: "node20.19",
        sourcemap: true,
        logLevel: "warning",
      });
      await bundleProcesses({ root, outdir: dist });
    },
  );
}

async function buildPackages() {
  await whenStale(
    "packages",
    ["package-lock.json", "scripts/bundle-packages.mjs"],
    path.join(dist, "packages/LICENSES.txt"),
    () => bundlePackages({ root, outdir: dist }),
  );
}

async function buildPlayground() {
  await whenStale(
    "web",
    [
      ...(await filesBelow(web)).filter((file) => !file.startsWith(dashboard)),
      "package-lock.json",
      "scripts/build-web.mjs",
    ],
    path.join(dist, "web/index.html"),
    () => buildWeb({ root, outdir: path.join(dist, "web") }),
  );
}

async function buildDashboardPage() {
  await whenStale(
    "dashboard",
    // It imports some of the server's modules.
    [...(await sourceFiles()), "package-lock.json", "scripts/build-dashboard.mjs"],
    path.join(dist, "web/dashboard/index.html"),
    () => buildDashboard({ root, outdir: path.join(dist, "web/dashboard") }),
  );
}
