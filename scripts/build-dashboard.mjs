import path from "node:path";
import { build } from "vite";

/**
 * Bundles the dashboard from npm into `outdir`, so that it works with no internet: index.html and, below assets/, files named
 * by the hash of their content. What draws plots is a file of its own, loaded when a plot comes into view.
 */
export async function buildDashboard({ root, outdir }) {
  await build({
    configFile: false,
    root: path.join(root, "src/web/dashboard"),
    base: "/dashboard/",
    logLevel: "warn",
    build: {
      outDir: outdir,
      emptyOutDir: true,
      target: "es2022",
      // The page's policy allows no inline script, and every browser that runs es2022 preloads modules itself.
      modulePreload: { polyfill: false },
      reportCompressedSize: false,
      chunkSizeWarningLimit: Infinity,
      // No file as a data: URL: each is cached under its own name.
      assetsInlineLimit: 0,
      rollupOptions: {
        onwarn(warning, warn) {
          // Packages mark files for frameworks that render on servers; here every file is the browser's.
          if (warning.code !== "MODULE_LEVEL_DIRECTIVE") warn(warning);
        },
      },
    },
  });
}
