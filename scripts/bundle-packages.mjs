// Packages of hundreds of small files, each bundled into one module of dist/packages. Node takes 0.5 ms and more for each file of
// an import, so that a server would spend most of its start on these. All other packages are loaded from node_modules.
import path from "node:path";
import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { build } from "esbuild";

/** Bundled modules, named as src/ imports them. */
const BUNDLED = [
  "@apollo/server",
  "@apollo/server/errors",
  "@apollo/server/plugin/disabled",
  "@apollo/server/plugin/drainHttpServer",
  "@as-integrations/express5",
  "express",
  "graphql-scalars",
  "graphql-ws",
  "graphql-ws/use/ws",
  "hyparquet",
  "hyparquet-writer",
  "ml-hclust",
  "prom-client",
  "type-graphql",
  "zod",
];

/**
 * Imports of these modules that are not bundled: `graphql` must have a single instance, because it compares classes;
 * OpenTelemetry and class-validator are optional and loaded on demand.
 */
const EXTERNAL = ["graphql", "@opentelemetry/*", "class-validator", "ws", "bufferutil", "utf-8-validate"];

const FOLDER = "packages";

/** CommonJS modules among them call `require`, which an ES module lacks. */
const REQUIRE = `import { createRequire } from "node:module"; const require = createRequire(import.meta.url);`;

/** Bundles the packages into `outdir`/packages, with the licences of all of them. */
export async function bundlePackages({ root, outdir }) {
  await rm(path.join(outdir, FOLDER), { recursive: true, force: true });
  const { metafile } = await build({
    entryPoints: Object.fromEntries(BUNDLED.map((name) => [fileName(name), name])),
    plugins: [namedExports(root)],
    absWorkingDir: root,
    outdir: path.join(outdir, FOLDER),
    bundle: true,
    splitting: true,
    platform: "node",
    format: "esm",
    target: "node20.19",
    external: EXTERNAL,
    banner: { js: REQUIRE },
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
  });
  await writeFile(path.join(outdir, FOLDER, "LICENSES.txt"), await licences(root, Object.keys(metafile.inputs)));
}

/** Returns how a module in `folder` imports the package `imported` from `outdir`/packages; undefined if it is not bundled. */
export function bundledPackage(imported, { outdir, folder }) {
  if (!BUNDLED.includes(imported)) return undefined;
  const target = path.relative(folder, path.join(outdir, FOLDER, `${fileName(imported)}.js`));
  const specifier = target.split(path.sep).join("/");
  return specifier.startsWith(".") ? specifier : `./${specifier}`;
}

/** Returns an esbuild plugin that changes only the imports of bundled packages. */
export function importBundledPackages({ root, outdir }) {
  return {
    name: "import-bundled-packages",
    setup({ onResolve }) {
      onResolve({ filter: /.*/ }, ({ path: imported, importer, kind }) => {
        if (kind === "entry-point") return undefined;
        const folder = path.join(outdir, path.relative(path.join(root, "src"), path.dirname(importer)));
        return { path: bundledPackage(imported, { outdir, folder }) ?? imported, external: true };
      });
    },
  };
}

/**
 * A plugin of esbuild whose entry points export the names that Node finds in a module. Of a CommonJS module esbuild would export
 * the default alone.
 */
function namedExports(root) {
  return {
    name: "named-exports",
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /.*/ }, ({ path: name, kind }) =>
        kind === "entry-point" ? { path: name, namespace: "entry" } : undefined,
      );
      onLoad({ filter: /.*/, namespace: "entry" }, async ({ path: name }) => {
        const names = Object.keys(await import(name)).filter((exported) => /^[\w$]+$/.test(exported));
        const contents = [
          `import * as module from ${JSON.stringify(name)};`,
          ...names.map((exported) =>
            exported === "default"
              ? "export default module.default;"
              : `const _${exported} = module.${exported}; export { _${exported} as ${exported} };`,
          ),
        ];
        return { contents: contents.join("\n"), resolveDir: root };
      });
    },
  };
}

function fileName(module) {
  return module.replaceAll("/", "-").replace("@", "");
}

/** Returns the licence texts of all packages whose files were bundled, as their licences demand of copies. */
async function licences(root, inputs) {
  const folders = inputs.map((file) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0]);
  const unique = [...new Set(folders.filter((folder) => folder !== undefined))].sort();
  const texts = await Promise.all(unique.map((folder) => licence(path.join(root, folder))));
  return texts.join("\n\n");
}

async function licence(folder) {
  const { name, version, license } = JSON.parse(await readFile(path.join(folder, "package.json"), "utf8"));
  const files = await readdir(folder);
  const file = files.find((entry) => /^(licen[cs]e|copying)(\.|$|-)/i.test(entry));
  const text = file === undefined ? "" : await readFile(path.join(folder, file), "utf8");
  return `${name} ${version} (${license})\n\n${text.trim()}`;
}
