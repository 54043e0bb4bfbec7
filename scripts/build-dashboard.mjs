import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { build } from "esbuild";

const SCRIPT = '<script type="module" src="./main.tsx"></script>';

/**
 * Bundles the dashboard from npm into `outdir`, so that it works with no internet: index.html and, below assets/, files named
 * by the hash of their content. The code that draws plots is a file of its own, loaded when a plot comes into view.
 */
export async function buildDashboard({ root, outdir }) {
  const source = path.join(root, "src/web/dashboard");
  await rm(outdir, { recursive: true, force: true });
  await mkdir(outdir, { recursive: true });
  const { metafile } = await build({
    entryPoints: [path.join(source, "main.tsx")],
    outdir: path.join(outdir, "assets"),
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    bundle: true,
    splitting: true,
    minify: true,
    format: "esm",
    target: "es2022",
    metafile: true,
    tsconfig: path.join(root, "src/web/tsconfig.json"),
    logLevel: "warning",
  });
  const [script, { cssBundle }] = Object.entries(metafile.outputs).find(([, { entryPoint }]) =>
    entryPoint?.endsWith("dashboard/main.tsx"),
  );
  const url = (file) => `/dashboard/assets/${path.basename(file)}`;
  const page = await readFile(path.join(source, "index.html"), "utf8");
  if (!page.includes(SCRIPT)) throw new Error(`src/web/dashboard/index.html has no ${SCRIPT}`);
  const tags = [
    `<script type="module" src="${url(script)}"></script>`,
    `<link rel="stylesheet" href="${url(cssBundle)}" />`,
  ];
  await writeFile(path.join(outdir, "index.html"), page.replace(SCRIPT, tags.join("\n    ")));
}
