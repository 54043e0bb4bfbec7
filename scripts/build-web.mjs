import { createHash } from "node:crypto";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { build } from "esbuild";

const require = createRequire(import.meta.url);
// Monaco is a dependency of GraphiQL. Only the workers of that copy match it.
const graphiql = createRequire(require.resolve("@graphiql/react/package.json"));

/**
 * Bundles the playground from npm into `outdir`, so that it works with no internet: index.html and, in a folder named by the
 * hash of its content, scripts, styles and the editors' workers. GraphQL and JSON are the only languages in it.
 */
export async function buildWeb({ root, outdir }) {
  const web = path.join(root, "src/web");
  const { outputFiles } = await build({
    entryPoints: [
      { in: path.join(web, "main.tsx"), out: "main" },
      { in: graphiql.resolve("monaco-editor/esm/vs/editor/editor.worker.js"), out: "editor.worker" },
      { in: graphiql.resolve("monaco-editor/esm/vs/language/json/json.worker.js"), out: "json.worker" },
      { in: graphiql.resolve("monaco-graphql/esm/graphql.worker.js"), out: "graphql.worker" },
    ],
    outdir,
    write: false,
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    loader: { ".graphql": "text" },
    plugins: [withoutMonacoStyles],
    tsconfig: path.join(web, "tsconfig.json"),
    logLevel: "warning",
  });
  const hash = createHash("sha256");
  for (const { path: file, contents } of outputFiles) hash.update(path.basename(file)).update(contents);
  const folder = `assets/${hash.digest("hex").slice(0, 16)}`;

  // The dashboard is in the same folder.
  await rm(path.join(outdir, "assets"), { recursive: true, force: true });
  await mkdir(path.join(outdir, folder), { recursive: true });
  await Promise.all(
    outputFiles.map(({ path: file, contents }) => writeFile(path.join(outdir, folder, path.basename(file)), contents)),
  );
  const page = await readFile(path.join(web, "index.html"), "utf8");
  await writeFile(path.join(outdir, "index.html"), page.replaceAll("/assets/", `/${folder}/`));
}

/** graphiql/style.css holds Monaco's styles already; those that its modules import would be a second copy. */
const withoutMonacoStyles = {
  name: "without-monaco-styles",
  setup({ onLoad }) {
    onLoad({ filter: /[\\/]monaco-editor[\\/].*\.css$/ }, () => ({ contents: "", loader: "empty" }));
  },
};
