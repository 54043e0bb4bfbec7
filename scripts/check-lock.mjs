// Checks two properties of package-lock.json that npm does not keep by itself.
import { readFile } from "node:fs/promises";

const { packages } = JSON.parse(await readFile(new URL("../package-lock.json", import.meta.url), "utf8"));

const resolved = Object.keys(packages).filter((name) => packages[name].resolved !== undefined);
if (resolved.length > 0) {
  throw new Error(
    `package-lock.json records registry addresses (${resolved[0]}); run npm install with this project's .npmrc`,
  );
}

// The install script of onnxruntime-node downloads CUDA libraries of 300 MB, which doctor tells how to get. `npm ci` runs the
// scripts of those packages only which the lock file says to have some; older versions of npm do not know `allowScripts`.
if (packages["node_modules/onnxruntime-node"]?.hasInstallScript) {
  throw new Error(
    'package-lock.json lets npm run the install script of onnxruntime-node; delete its line `"hasInstallScript": true`',
  );
}
console.log("package-lock.json records no registry addresses and no install script of onnxruntime-node");
