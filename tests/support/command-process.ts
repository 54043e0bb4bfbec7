import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { commandEnvironment, type Ended } from "./rankscope.js";

const ENTRY = fileURLToPath(new URL("command-process.mjs", import.meta.url));

/** Runs one command of the command line and resolves when it has ended. */
export type RunCommand = (args: readonly string[], environment: Record<string, string>) => Promise<Ended>;

/**
 * Gives the suite that calls it one process that runs its commands one after another. A command costs a fraction of what it costs in
 * a new process, because the code is loaded once. Whether a process ends after its command is left to tests with `rankscope`.
 */
export function commandProcess(): RunCommand {
  let child: ChildProcess | undefined;
  let last: Promise<unknown> = Promise.resolve();
  afterAll(() => child?.kill("SIGKILL"));
  return (args, environment) => {
    const ended = last.then(() => {
      child ??= spawn(process.execPath, [ENTRY], { stdio: "pipe" });
      return runIn(child, args, commandEnvironment(environment));
    });
    last = ended.catch(() => undefined);
    return ended;
  };
}

function runIn(child: ChildProcess, args: readonly string[], environment: NodeJS.ProcessEnv): Promise<Ended> {
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error("the process has no pipes");
  const marker = `\n${randomUUID()} `;
  const printed = { stdout: "", stderr: "" };
  return new Promise((resolve, reject) => {
    const look = () => {
      const [output, code] = printed.stdout.split(marker);
      const [complaints, end] = printed.stderr.split(marker);
      if (output === undefined || complaints === undefined || !code?.endsWith("\n") || end === undefined) return;
      stop();
      resolve({ code: Number(code), signal: null, stdout: output, stderr: complaints });
    };
    const readOutput = (text: string) => {
      printed.stdout += text;
      look();
    };
    const readComplaints = (text: string) => {
      printed.stderr += text;
      look();
    };
    const fail = (code: number | null, signal: NodeJS.Signals | null) => {
      stop();
      reject(new Error(`the process of ${args.join(" ")} ended with ${signal ?? code}: ${printed.stderr}`));
    };
    const stop = () => {
      stdout.off("data", readOutput);
      stderr.off("data", readComplaints);
      child.off("exit", fail);
    };
    stdout.setEncoding("utf8").on("data", readOutput);
    stderr.setEncoding("utf8").on("data", readComplaints);
    child.on("exit", fail);
    stdin.write(`${JSON.stringify({ args, environment, marker })}\n`);
  });
}
