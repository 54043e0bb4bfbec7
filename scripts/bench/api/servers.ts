import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const resolvePath = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const MAIN = resolvePath("../../../dist/main.js");
const POSTGRAPHILE = resolvePath("../postgraphile/server.mjs");
/**
 * Newer Node that is installed with PostGraphile 5, which requires Node 22. All servers run on it, so that ratios do not
 * depend on the Node version. Without PostGraphile, all servers run on the current Node.
 */
const NEWER_NODE = resolvePath("../postgraphile/node_modules/node/bin/node");
const NODE = existsSync(NEWER_NODE) ? NEWER_NODE : process.execPath;
const WITHOUT_METRICS = resolvePath("./server-without-metrics.mjs");
const CONSTANT = resolvePath("./constant-server.mjs");

/** A server in its own process, so that it does not share a thread with the clients. */
export interface BenchServer {
  readonly url: string;
  close(): Promise<void>;
}

export function serveRankscope(databaseUrl: string, settings: Record<string, string> = {}): Promise<BenchServer> {
  const environment = { DATABASE_URL: databaseUrl, PORT: "0", RANKSCOPE_WORKERS: "0", ...settings };
  return start([MAIN, "serve"], environment, /Rankscope is at (\S+)[^]*Ctrl-C/, "graphql");
}

/** Starts Rankscope without metrics and traces. */
export function serveWithoutMetrics(databaseUrl: string, settings: Record<string, string> = {}): Promise<BenchServer> {
  const environment = { DATABASE_URL: databaseUrl, PORT: "0", RANKSCOPE_WORKERS: "0", ...settings };
  return start([WITHOUT_METRICS], environment, /listening at (\S+)/, "graphql");
}

export function serveConstant(): Promise<BenchServer> {
  return start([CONSTANT], {}, /listening at (\S+)/, "graphql");
}

/**
 * Starts PostGraphile. Returns undefined if it is not installed; install it with
 * `npm install --prefix scripts/bench/postgraphile`.
 */
export async function servePostgraphile(databaseUrl: string): Promise<BenchServer | undefined> {
  if (!existsSync(resolvePath("../postgraphile/node_modules/postgraphile"))) return undefined;
  const environment = { DATABASE_URL: databaseUrl, GRAPHILE_ENV: "production" };
  return start([POSTGRAPHILE], environment, /listening at (\S+)/, "graphql");
}

function start(
  command: readonly string[],
  environment: Record<string, string>,
  ready: RegExp,
  path: string,
): Promise<BenchServer> {
  const { DATABASE_URL: _, INIT_CWD: __, npm_lifecycle_event: ___, ...inherited } = process.env;
  const child = spawn(NODE, command, {
    env: { ...inherited, NODE_ENV: "production", ...environment },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return new Promise((resolve, reject) => {
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      const match = ready.exec(printed);
      if (match === null) return;
      resolve({
        url: new URL(path, match[1]).href,
        close: async () => {
          child.kill("SIGTERM");
          await ended;
        },
      });
    });
    void ended.then(() => reject(new Error(`${command.join(" ")} ended before it accepted requests: ${printed}`)));
  });
}
