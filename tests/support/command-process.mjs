// Entry of a process that runs commands of the command line one after another. Each line of standard input is one command: a JSON
// object with its arguments, its environment and the marker that ends its standard output (with the exit code) and standard error.
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const MAIN = new URL("../../dist/main.js", import.meta.url);
/** What the file above imports. */
const BUNDLE = new URL("processes/main.js", MAIN);

let commands = 0;
for await (const line of createInterface({ input: process.stdin })) {
  const { args, environment, marker } = JSON.parse(line);
  for (const name of Object.keys(process.env)) if (!(name in environment)) Reflect.deleteProperty(process.env, name);
  Object.assign(process.env, environment);
  process.argv = [process.execPath, fileURLToPath(MAIN), ...args];
  process.exitCode = undefined;
  // A new address runs the bundle's own code again. The modules that it imports are loaded already.
  await import(`${BUNDLE.href}?command=${commands++}`);
  const code = process.exitCode ?? 0;
  process.exitCode = undefined;
  // A command leaves the listener of a closed pipe to the end of its process.
  process.stdout.removeAllListeners("error");
  process.stdout.write(`${marker}${code}\n`);
  process.stderr.write(`${marker}\n`);
}
