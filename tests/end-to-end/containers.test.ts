import { execFile, spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, stat, symlink } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { DockerfileParser, type Copy } from "dockerfile-ast";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { freshDatabase } from "../support/database.js";
import type { Answer } from "../support/rankscope.js";

// No container is started. The commands of the container files are run here as they are written there.

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

interface Service {
  readonly image: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  /** Undefined for the server, which uses the health check of its image. */
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly profiles?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
}
interface Compose {
  readonly services: Readonly<Record<string, Service>>;
}

const compose = parse(await readFile(path.join(ROOT, "docker-compose.yml"), "utf8"), { merge: true }) as Compose;
const dockerfile = DockerfileParser.parse(await readFile(path.join(ROOT, "Dockerfile"), "utf8"));
const service = (name: string): Service => {
  const found = compose.services[name];
  if (found === undefined) throw new Error(`docker-compose.yml has no service ${name}`);
  return found;
};

const fresh = freshDatabase();
/** The folder /app of an image, made by the Dockerfile's COPY instructions and build. */
let app: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "rankscope-image-"));
  app = path.join(folder, "app");
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const words = (instruction: { getArguments(): { getValue(): string }[] }) =>
  instruction.getArguments().map((one) => one.getValue());
/** The arguments of the image's health check, which the file has as JSON. */
const imageCheck = (): string[] => {
  const content = dockerfile.getHEALTHCHECKs()[0]?.getArgumentsContent() ?? "";
  return JSON.parse(content.slice(content.indexOf("["))) as string[];
};
const workerCheck = (): readonly string[] => service("worker").healthcheck?.test.slice(1) ?? [];
const last = <Item>(items: readonly Item[]): Item => {
  const item = items.at(-1);
  if (item === undefined) throw new Error("nothing there");
  return item;
};

/** The instructions of the stages, in order. */
const stages = () => {
  const found: { keyword: string; words: string[]; fromBuild: boolean }[][] = [];
  for (const instruction of dockerfile.getInstructions()) {
    if (instruction.getKeyword() === "FROM") found.push([]);
    const keyword = instruction.getKeyword();
    const fromBuild = keyword === "COPY" && (instruction as Copy).getFromFlag()?.getValue() === "build";
    found.at(-1)?.push({ keyword, words: words(instruction), fromBuild });
  }
  return found;
};

describe("the Dockerfile", () => {
  test("builds from the files that it copies, into a server that runs", { timeout: 120_000 }, async () => {
    const [build = [], final = []] = stages();
    expect(stages()).toHaveLength(2);
    for (const { keyword, words: given } of build) {
      if (keyword === "COPY") await copy(given);
      // Installing dependencies takes minutes, so only the presence of their files is checked.
      if (keyword === "RUN" && given.join(" ") === "npm run build") {
        await symlink(path.join(ROOT, "node_modules"), path.join(app, "node_modules"));
        await run("npm", ["run", "build"], { cwd: app });
      } else if (keyword === "RUN") {
        expect(["npm ci", "npm prune --omit=dev"]).toContain(given.join(" "));
        const [npm = "", ...rest] = given;
        await run(npm, [...rest, "--dry-run", "--ignore-scripts"], { cwd: app });
      }
    }
    const image = path.join(folder, "image");
    await mkdir(image);
    for (const { keyword, words: given, fromBuild } of final) {
      if (keyword !== "COPY") continue;
      const [source = "", target = ""] = given;
      const from = fromBuild ? path.join(app, path.relative("/app", source)) : path.join(ROOT, source);
      const to = path.join(image, target.endsWith("/") ? path.join(target, path.basename(source)) : target);
      await cp(from, to, { recursive: true, verbatimSymlinks: true });
    }
    app = image;
  });

  test("pins versions, and sets a user other than root", () => {
    const base = dockerfile.getARGs()[0]?.getProperty()?.getValue();
    expect(base).toMatch(/^node:\d+\.\d+\.\d+-\w+-slim$/);
    for (const from of dockerfile.getFROMs()) expect(from.getImage()).toBe("${NODE_IMAGE}");
    expect(words(last(dockerfile.getInstructions().filter((one) => one.getKeyword() === "USER")))).toEqual(["node"]);
  });

  test("runs the command of the server's service, with the same health check", () => {
    const command = last(dockerfile.getCMDs()).getJSONStrings();
    expect(command.map((one) => one.getJSONValue())).toEqual(service("server").command);
    expect(imageCheck().slice(0, -1)).toEqual(workerCheck().slice(0, -1));
    expect(last(imageCheck())).toBe("http://127.0.0.1:4000/readyz");
  });
});

describe("docker-compose.yml", () => {
  test("publishes ports only on the loopback interface, pins versions, and waits for health", async () => {
    for (const [name, { image, ports = [], healthcheck, depends_on: needs = {}, volumes = [] }] of Object.entries(
      compose.services,
    )) {
      expect(image, name).toMatch(/:v?\d+\.\d+(\.\d+)?(-\w+)?$/);
      for (const port of ports) expect(port, name).toMatch(/^127\.0\.0\.1:/);
      if (name !== "server") expect(healthcheck?.test[0], name).toBe("CMD");
      for (const { condition } of Object.values(needs)) expect(condition, name).toBe("service_healthy");
      // Mounted files of this repository exist.
      for (const [source = ""] of volumes.map((volume) => volume.split(":")))
        if (source.startsWith("./")) await stat(path.join(ROOT, source));
    }
    expect(service("worker-gpu").profiles).toEqual(["gpu"]);
    for (const name of ["prometheus", "grafana"]) expect(service(name).profiles).toEqual(["observability"]);
    expect(service("worker").command).toEqual(service("worker-gpu").command);
  });

  test("runs a server and a worker that are healthy, with the commands in the file", { timeout: 120_000 }, async () => {
    const [port, metricsPort] = [await freePort(), await freePort()];
    const moved = new Map([
      ["4000", String(port)],
      ["9400", String(metricsPort)],
    ]);
    // Without a token, a server that others can reach refuses to start, as the file's first lines explain.
    const refused = start("server", moved);
    expect(await refused.ended).toBe(1);
    const token = await newToken("reader");
    const server = start("server", moved);
    try {
      await until(async () => (await healthOf(imageCheck(), moved)) === 0, "the server is not healthy");
      const address = `http://127.0.0.1:${port}`;
      const worker = start("worker", moved);
      try {
        expect(await healthOf(workerCheck(), moved)).toBe(1);
        await until(async () => (await healthOf(workerCheck(), moved)) === 0, "the worker is not healthy");
        const source = `{ study(slug: "reference-study") { weightSimilarity(rank: 2, waitSeconds: 30) { comparedLayers } } }`;
        const response = await fetch(new URL("/graphql", address), {
          method: "POST",
          headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
          body: JSON.stringify({ query: source }),
        });
        const { data } = (await response.json()) as Answer;
        expect(data.study.weightSimilarity.comparedLayers).toBe(16);
        expect((await fetch(`http://127.0.0.1:${metricsPort}/metrics`)).status).toBe(200);
      } finally {
        expect(await worker.stop()).toBe(0);
      }
    } finally {
      expect(await server.stop()).toBe(0);
    }
  });

  test("is accepted by docker compose", async (context) => {
    const found = await run("docker", ["compose", "version"]).catch(() => undefined);
    if (found === undefined) return context.skip("skipped: there is no docker client with compose here");
    const { stdout } = await run(
      "docker",
      ["compose", "--file", path.join(ROOT, "docker-compose.yml"), "--profile", "*", "config", "--format", "json"],
      { cwd: ROOT },
    );
    const resolved = JSON.parse(stdout) as Compose;
    expect(Object.keys(resolved.services).sort()).toEqual(Object.keys(compose.services).sort());
  });
});

/** Performs a COPY of the build's stage, without the files that .dockerignore excludes from the context. */
async function copy(given: readonly string[]): Promise<void> {
  const target = last(given);
  for (const source of given.slice(0, -1)) {
    const to = target.endsWith("/") ? path.join(app, target, path.basename(source)) : path.join(app, target);
    await cp(path.join(ROOT, source), to, {
      recursive: true,
      filter: (file) => !file.includes(`${path.sep}generated`) && !file.includes("node_modules"),
    });
  }
}

/** Runs a service's command in the image's folder, with its environment; container addresses are replaced by local ones. */
function start(name: string, moved: ReadonlyMap<string, string>) {
  const { command = [], environment = {} } = service(name);
  const { PATH, HOME } = process.env;
  const own = Object.entries(environment).map(([key, value]) => {
    if (key === "DATABASE_URL") return [key, fresh.url];
    const given = value.replace(/\$\{\w+:-([^}]*)\}/g, "$1");
    return [key, moved.get(given) ?? given];
  });
  const data = path.join(folder, "data");
  const [program = "", ...rest] = command;
  const child = spawn(program, rest, {
    cwd: app,
    env: { PATH, HOME, NODE_ENV: "production", RANKSCOPE_DATA: data, ...(Object.fromEntries(own) as object) },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  return {
    ended,
    async stop(): Promise<number | null> {
      child.kill("SIGTERM");
      return ended;
    },
  };
}

/** Creates a token as `docker compose run --rm server node dist/main.js token create` does. */
async function newToken(role: string): Promise<string> {
  const { PATH, HOME } = process.env;
  const { stdout } = await run("node", ["dist/main.js", "token", "create", "--role", role], {
    cwd: app,
    env: { PATH, HOME, DATABASE_URL: fresh.url },
  });
  return stdout.split("\n")[0] ?? "";
}

/** Returns the exit code of a health check's command. */
async function healthOf(check: readonly string[], moved: ReadonlyMap<string, string>): Promise<number> {
  const [program = "", ...rest] = check.map((word) =>
    word.replace(/:(4000|9400)\//, (_, port: string) => `:${moved.get(port) ?? port}/`),
  );
  return run(program, rest).then(
    () => 0,
    (error: { code: number }) => error.code,
  );
}

async function until(isSo: () => Promise<boolean>, otherwise: string): Promise<void> {
  for (let turn = 0; turn < 200; turn++) if (await isSo()) return;
  throw new Error(otherwise);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer().once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}
