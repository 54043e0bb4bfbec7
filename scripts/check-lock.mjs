// Checks two properties of package-lock.json that npm does not preserve itself.
import { readFile } from "node:fs/promises";

const { packages } = JSON.parse(await readFile(new URL("../package-lock.json", import.meta.url), "utf8"));

const resolved = Object.keys(packages).filter((name) => packages[name].resolved !== undefined);
if (resolved.length > 0) {
  throw new Error(
    `package-lock.json records registry addresses (${resolved[0]}); run npm install with this project's .npmrc`,
  );
}

// The install script of onnxruntime-node downloads 300 MB of CUDA libraries; `rankscope doctor` explains how to get them. `npm ci`
// only runs the scripts of packages with `hasInstallScript` in the lock file. Older versions of npm ignore `allowScripts`.
if (packages["node_modules/onnxruntime-node"]?.hasInstallScript) {
  throw new Error(
    'package-lock.json lets npm run the install script of onnxruntime-node; delete its line `"hasInstallScript": true`',
  );
}
console.log("package-lock.json records no registry addresses and no install script of onnxruntime-node");
