// `npm run check:pack`: packs the package and installs the tarball without development dependencies in an empty folder, with an
// empty home directory. Then runs it as a user would: serves, imports a study, queries, backs up and stops. Needs the registry.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = fileURLToPath(new URL("..", import.meta.url));
const STOP_MILLISECONDS = 30_000;
/** Files that the tarball must contain. */
const NEEDED = [
  "dist/main.js",
  "dist/web/index.html",
  "prisma/schema.prisma",
  "prisma/migrations/migration_lock.toml",
  "schema/schema.graphql",
  "examples/reference-study/README.md",
  "README.md",
];
/** Paths that the tarball must not contain. */
const UNWANTED = /^(src|tests|scripts|docs|shared|node_modules|\.github|\.rankscope)\/|\.stamp$|\.tsbuildinfo$/;

const folder = await mkdtemp(path.join(tmpdir(), "rankscope-pack-"));
try {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: root,
    maxBuffer: 2 ** 26,
  });
  // The build's output precedes the JSON list.
  const [packed] = JSON.parse(stdout.slice(stdout.search(/^\[$/m)));
  const files = packed.files.map((file) => file.path);
  const missing = NEEDED.filter((file) => !files.includes(file));
  const unwanted = files.filter((file) => UNWANTED.test(file));
  if (missing.length > 0) throw new Error(`the tarball lacks ${missing.join(", ")}`);
  if (unwanted.length > 0) throw new Error(`the tarball contains ${unwanted.join(", ")}`);
  console.log(`${packed.filename}: ${mb(packed.size)}, unpacked ${mb(packed.unpackedSize)}, ${files.length} files`);

  const home = path.join(folder, "home");
  const project = path.join(folder, "project");
  await mkdir(home);
  await mkdir(project);
  await writeFile(path.join(project, "package.json"), '{ "private": true }');
  // Import a study outside the package, and use nothing of this checkout in the environment.
  await cp(path.join(root, "tests/fixtures/tiny-lora-vs-qlora"), path.join(project, "study"), { recursive: true });
  const { PATH, npm_config_registry, npm_config_cache, HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS } =
    process.env;
  const env = {
    PATH,
    HOME: home,
    ...defined({ npm_config_registry, npm_config_cache, HTTPS_PROXY, HTTP_PROXY, NO_PROXY, NODE_EXTRA_CA_CERTS }),
    // Do not download the optional CUDA libraries.
    ONNXRUNTIME_NODE_INSTALL: "skip",
    PORT: "0",
  };
  const options = { cwd: project, env, maxBuffer: 2 ** 26 };
  const start = performance.now();
  await run("npm", ["install", "--omit=dev", "--no-audit", "--no-fund", path.join(folder, packed.filename)], options);
  console.log(`installed in ${seconds(start)}`);

  const server = spawn("npx", ["--no-install", "rankscope", "serve"], {
    ...options,
    stdio: ["ignore", "pipe", "inherit"],
  });
  try {
    const address = await addressOf(server);
    const { stdout: imported } = await run(
      "npx",
      ["--no-install", "rankscope", "import", "study", "--slug", "tiny"],
      options,
    );
    if (!/Study tiny: added 8 experiments/.test(imported))
      throw new Error(`unexpected output of the import: ${imported}`);
    const listed = await sendQuery(address, "{ studies { nodes { slug minimumViableRank { rank } } } }");
    const slugs = listed.data.studies.nodes.map(({ slug }) => slug).sort();
    if (slugs.join() !== "reference-study,tiny") throw new Error(`unexpected studies: ${slugs.join()}`);
    const weights = await sendQuery(
      address,
      '{ study(slug: "tiny") { weightSimilarity(rank: 8, scaling: NONE, waitSeconds: 60) { mean comparedLayers } } }',
    );
    if (!(weights.data.study.weightSimilarity.mean < 1))
      throw new Error(`unexpected similarity: ${JSON.stringify(weights)}`);
    const page = await fetch(address);
    if (!page.ok || !(await page.text()).includes("<script"))
      throw new Error(`the playground responded with ${page.status}`);
    await run("npx", ["--no-install", "rankscope", "backup", "one.backup"], options);
    console.log(`served, imported, computed, backed up: ${JSON.stringify(listed.data.studies.nodes)}`);
  } finally {
    const ended = once(server, "close");
    server.kill("SIGTERM");
    if (!(await Promise.race([ended.then(() => true), sleep(STOP_MILLISECONDS, false, { ref: false })]))) {
      server.kill("SIGKILL");
      throw new Error("the server did not stop");
    }
  }
  if (existsSync(path.join(project, ".rankscope/postgres/postmaster.pid")))
    throw new Error("PostgreSQL is still running");
  console.log("stopped; the tarball installs and runs in an empty folder");
} finally {
  await rm(folder, { recursive: true, force: true });
}

/** Returns the variables that are set. */
function defined(variables) {
  return Object.fromEntries(Object.entries(variables).filter(([, value]) => value !== undefined));
}

async function addressOf(server) {
  let printed = "";
  return new Promise((resolve, reject) => {
    server.stdout.setEncoding("utf8").on("data", (text) => {
      printed += text;
      const match = /Rankscope is at (\S+)/.exec(printed);
      if (match) resolve(match[1]);
    });
    server.on("exit", (code) => reject(new Error(`the server ended with code ${code}:\n${printed}`)));
  });
}

async function sendQuery(address, query) {
  const response = await fetch(new URL("/graphql", address), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query }),
  });
  const body = await response.json();
  if (body.errors) throw new Error(JSON.stringify(body.errors));
  return body;
}

function mb(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

function seconds(start) {
  return `${((performance.now() - start) / 1000).toFixed(0)} s`;
}
