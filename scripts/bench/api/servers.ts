import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const MAIN = here("../../../dist/main.js");
const POSTGRAPHILE = here("../postgraphile/server.mjs");
/**
 * PostGraphile 5 asks for Node 22 and cannot follow a connection on 20, so it brings a newer one: all servers run on that, for
 * the ratios to be of the servers and not of Node's versions. Without PostGraphile they run on this one.
 */
const NEWER_NODE = here("../postgraphile/node_modules/node/bin/node");
const NODE = existsSync(NEWER_NODE) ? NEWER_NODE : process.execPath;
const UNWATCHED = here("./unwatched-server.mjs");
const CONSTANT = here("./constant-server.mjs");

/** A server in a process of its own, as it would run: what sends the requests does not share its thread. */
export interface BenchServer {
  readonly url: string;
  close(): Promise<void>;
}

export function serveRankscope(databaseUrl: string, more: Record<string, string> = {}): Promise<BenchServer> {
  const environment = { DATABASE_URL: databaseUrl, PORT: "0", RANKSCOPE_WORKERS: "0", ...more };
  return start([MAIN, "serve"], environment, /Rankscope is at (\S+)[^]*Ctrl-C/, "graphql");
}

/** Rankscope without metrics. */
export function serveUnwatched(databaseUrl: string, more: Record<string, string> = {}): Promise<BenchServer> {
  const environment = { DATABASE_URL: databaseUrl, PORT: "0", RANKSCOPE_WORKERS: "0", ...more };
  return start([UNWATCHED], environment, /listening at (\S+)/, "graphql");
}

export function serveConstant(): Promise<BenchServer> {
  return start([CONSTANT], {}, /listening at (\S+)/, "graphql");
}

/** Undefined where PostGraphile is not installed: `npm install --prefix scripts/bench/postgraphile` does it. */
export async function servePostgraphile(databaseUrl: string): Promise<BenchServer | undefined> {
  if (!existsSync(here("../postgraphile/node_modules/postgraphile"))) return undefined;
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
      const found = ready.exec(printed);
      if (found === null) return;
      resolve({
        url: new URL(path, found[1]).href,
        close: async () => {
          child.kill("SIGTERM");
          await ended;
        },
      });
    });
    void ended.then(() => reject(new Error(`${command.join(" ")} ended before it served: ${printed}`)));
  });
}
