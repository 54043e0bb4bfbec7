import { spawn, type ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";

const MAIN = fileURLToPath(new URL("../../dist/main.js", import.meta.url));

/** Result of a completed command. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running server that has printed its address. */
export interface RunningRankscope {
  readonly child: ChildProcess;
  readonly address: string;
  /** Output so far. */
  readonly printed: () => string;
  readonly ended: Promise<Ended>;
}

/** Runs the command line in a process until it ends. It gets `environment` and basic variables such as PATH only. */
export function rankscope(args: readonly string[], environment: Record<string, string>): Promise<Ended> {
  return launchRankscope(args, environment).ended;
}

/** Starts `rankscope serve` on a free port and resolves when it has printed its address. */
export async function serveRankscope(environment: Record<string, string>): Promise<RunningRankscope> {
  const { found, ...running } = await startRankscope(
    ["serve"],
    { PORT: "0", ...environment },
    /Rankscope is at (\S+)[^]*Ctrl-C/,
  );
  return { ...running, address: found[1] ?? "" };
}

/** Starts the command line and resolves when its standard output or error matches `ready`. */
export async function startRankscope(
  args: readonly string[],
  environment: Record<string, string>,
  ready: RegExp,
): Promise<Omit<RunningRankscope, "address"> & { readonly found: RegExpExecArray }> {
  const { child, printed, complained, ended } = launchRankscope(args, environment);
  const found = await new Promise<RegExpExecArray>((resolve, reject) => {
    const look = () => {
      const match = ready.exec(printed()) ?? ready.exec(complained());
      if (match !== null) resolve(match);
    };
    child.stdout.on("data", look);
    child.stderr.on("data", look);
    void ended.then(({ code, stderr }) => reject(new Error(`${args.join(" ")} ended with code ${code}: ${stderr}`)));
  });
  return { child, found, printed, ended };
}

/** Sends a query and returns the JSON response. */
export async function query(address: string, source: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  const response = await fetch(new URL("/graphql", address), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ query: source, variables }),
  });
  return (await response.json()) as Answer;
}

export interface Answer {
  // The query determines the shape, which the tests assert.
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly data?: any;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

/**
 * Returns the environment of a command: `environment`, and basic variables such as PATH. By default queries wait longer for results
 * than the default of Rankscope, because a busy machine takes its time to compute.
 */
export function commandEnvironment(environment: Record<string, string>): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, INIT_CWD: __, ...inherited } = process.env;
  return { ...inherited, RANKSCOPE_WAIT_SECONDS: "50", ...environment };
}

/** Starts the command line and leaves it running. */
export function launchRankscope(args: readonly string[], environment: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN, ...args], {
    env: commandEnvironment(environment),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = new Promise<Ended>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
  });
  return { child, printed: () => stdout, complained: () => stderr, ended };
}
