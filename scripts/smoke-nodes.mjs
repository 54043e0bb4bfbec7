// `node scripts/smoke-nodes.mjs 22 24`: runs scripts/smoke.mjs on other releases of Node. Installs each release from the npm
// package `node` into a temporary folder. The workflow's matrix runs the unit tests on each release too.
import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const versions = process.argv.slice(2);
if (versions.length === 0 || !versions.every((version) => /^\d+$/.test(version))) {
  throw new Error(`received ${JSON.stringify(versions)}; allowed: major versions of Node, such as 22 24`);
}

for (const version of versions) {
  const folder = await mkdtemp(path.join(tmpdir(), `rankscope-node-${version}-`));
  try {
    // The postinstall script links the executable, which is in a separate package for each platform.
    await run("npm", ["install", "--no-save", "--silent", "--prefix", folder, `node@${version}`], folder);
    const node = path.join(folder, "node_modules/node/bin/node");
    await run(node, ["scripts/smoke.mjs"], root);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Runs a command and forwards its output.
 *
 * @throws Error if the command fails
 */
async function run(command, parameters, cwd) {
  const child = spawn(command, parameters, { cwd, stdio: "inherit" });
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  if (code !== 0) throw new Error(`${command} ${parameters.join(" ")} exited with code ${code}`);
}
