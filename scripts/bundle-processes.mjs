// Bundles the modules that processes and threads start from. A server has 700 modules of its own, and Node takes 0.5 ms and more for
// each file of an import. What entries share is in common files, and what is imported on demand is still loaded on demand.
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";
import { bundledPackage } from "./bundle-packages.mjs";

/** Files of src/ that a process or a thread starts from. */
export const ENTRIES = [
  "main.ts",
  "compute/providers/calibrate-child.ts",
  "compute/providers/probe-child.ts",
  "import/tokenizer/tokenizer-thread.ts",
  "jobs/behaviour/model-thread.ts",
  "jobs/compute/compute-thread.ts",
  "jobs/import/import-child.ts",
  "jobs/import/parent-watch.ts",
  "plots/render/draw-thread.ts",
  "threads/derivation-thread.ts",
];

/** Folder of the bundles, directly below `outdir`. */
export const FOLDER = "processes";

/** Bundles the entries into `outdir`/processes. In the place of each entry is a file that imports its bundle. */
export async function bundleProcesses({ root, outdir }) {
  const src = path.join(root, "src");
  const { metafile } = await build({
    entryPoints: ENTRIES.map((file) => path.join(src, file)),
    absWorkingDir: root,
    outdir: path.join(outdir, FOLDER),
    entryNames: "[name]",
    chunkNames: "shared-[hash]",
    bundle: true,
    splitting: true,
    plugins: [onlyOwnModules({ outdir }), urlsOfSources(src)],
    platform: "node",
    format: "esm",
    target: "node20.19",
    // Some names are shown: those of classes are the schema's types.
    keepNames: true,
    sourcemap: true,
    // Node parses the map of each file that it loads. Stack traces need only its positions.
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
  });
  await Promise.all(
    Object.entries(metafile.outputs).map(async ([output, { entryPoint, exports }]) => {
      const entry = entryPoint === undefined ? undefined : path.relative("src", entryPoint);
      if (!ENTRIES.includes(entry)) return;
      const place = path.join(outdir, entry.replace(/\.ts$/, ".js"));
      const text = standIn(path.relative(path.dirname(place), path.resolve(root, output)), exports);
      await writeFile(place, entry === "main.ts" ? `#!/usr/bin/env node\n${text}` : text);
    }),
  );
}

/** The text of a file that starts the bundle at `target` and exports what it exports. */
function standIn(target, exports) {
  const specifier = JSON.stringify(relativeSpecifier(target));
  const lines = [`export * from ${specifier};`];
  if (exports.includes("default")) lines.push(`export { default } from ${specifier};`);
  return `${lines.join("\n")}\n`;
}

/** A plugin of esbuild that bundles the modules of src/ and leaves imports of packages, which all bundles lie beside. */
function onlyOwnModules({ outdir }) {
  return {
    name: "only-own-modules",
    setup({ onResolve }) {
      onResolve({ filter: /^[^.]/ }, ({ path: imported, kind }) => {
        if (kind === "entry-point") return undefined;
        const bundled = bundledPackage(imported, { outdir, folder: path.join(outdir, FOLDER) });
        return { path: bundled ?? imported, external: true };
      });
    },
  };
}

/** A plugin of esbuild that gives each module the URL that it has in `outdir`, from which it finds files and starts threads. */
function urlsOfSources(src) {
  return {
    name: "urls-of-sources",
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, async ({ path: file }) => {
        const source = await readFile(file, "utf8");
        if (!source.includes("import.meta.url")) return undefined;
        const place = `../${path.relative(src, file).split(path.sep).join("/").replace(/\.ts$/, ".js")}`;
        const url = `new URL(${JSON.stringify(place)}, import.meta.url).href`;
        return { contents: source.replaceAll("import.meta.url", url), loader: "ts" };
      });
    },
  };
}

function relativeSpecifier(target) {
  const specifier = target.split(path.sep).join("/");
  return specifier.startsWith(".") ? specifier : `./${specifier}`;
}
