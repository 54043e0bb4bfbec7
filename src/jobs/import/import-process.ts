import { fork, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { failure } from "../../errors.js";
import type { ImportPreview } from "../../model/import-preview.js";
import type { SummarisedImport } from "../../model/job-payloads.js";
import type { ReportProgress } from "../../model/records.js";
import type { ImportMessage, ImportTask, PreviewTask, StoringTask } from "./import-child.js";

/** Bounds of an import, which end its process. */
export interface ImportBounds {
  /** Maximum heap of JavaScript in megabytes. Buffers of files are outside of it; the limits of files bound them. */
  readonly megabytes: number;
  /** Maximum time without progress: reading one file, or storing the study. */
  readonly stallSeconds: number;
}

interface RunOptions {
  readonly report?: ReportProgress | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Runs imports, one after the other, in a process of their own. */
export interface ImportProcess {
  /** @throws the errors of `importStudy`, IMPORT_TOO_LARGE, IMPORT_TOO_SLOW, the signal's reason */
  run(task: StoringTask, options?: RunOptions): Promise<SummarisedImport>;
  /** @throws the errors of `previewImport`, IMPORT_TOO_LARGE, IMPORT_TOO_SLOW, the signal's reason */
  preview(task: PreviewTask, options?: RunOptions): Promise<ImportPreview>;
  /** Ends the process if it is idle. */
  close(): void;
}

const CHILD = fileURLToPath(new URL("./import-child.js", import.meta.url));

/** Time for an import process to end its weight files after SIGTERM. */
const TERM_MILLISECONDS = 1500;
/** Time after which an idle process ends. A process starts in 0.4 s of CPU time, which a series of small imports saves. */
const IDLE_MILLISECONDS = 10_000;

/**
 * Opens the process of imports, which starts with the first one. A thread would not do: an allocation beyond its `resourceLimits`
 * can end the whole process, and neither JSON.parse nor a regular expression can be interrupted in a thread, while a process can
 * be killed at any moment. If it is killed, PostgreSQL rolls its transaction back.
 */
export function openImportProcess(bounds: ImportBounds): ImportProcess {
  let idle: ChildProcess | undefined;
  const ending = setTimeout(close, IDLE_MILLISECONDS).unref();

  function close(): void {
    if (idle?.connected === true) idle.disconnect();
    idle = undefined;
  }

  function keep(child: ChildProcess): void {
    child.unref();
    child.channel?.unref();
    idle = child;
    ending.refresh();
  }

  function take(): ChildProcess {
    const child = idle?.connected === true ? idle : startChild(bounds);
    idle = undefined;
    child.ref();
    child.channel?.ref();
    return child;
  }

  /** Runs a task and returns what `select` finds in its last message. */
  async function perform<Result>(
    task: ImportTask,
    { report, signal }: RunOptions,
    select: (last: LastMessage) => Result | undefined,
  ): Promise<Result> {
    signal?.throwIfAborted();
    const child = take();
    const kill = () => endProcess(child);
    signal?.addEventListener("abort", kill, { once: true });
    try {
      const ended = endOfTask(child, bounds, report);
      child.send(task, () => undefined);
      const end = await ended;
      if (end.exit === undefined && signal?.aborted !== true) keep(child);
      const result = end.last && select(end.last);
      if (result !== undefined) return result;
      signal?.throwIfAborted();
      throw errorOf(end, task, bounds);
    } finally {
      signal?.removeEventListener("abort", kill);
      // A process that was stopped ends as soon as it has answered.
      if (signal?.aborted === true && child.connected) child.disconnect();
    }
  }

  return {
    run: (task, options = {}) => perform(task, options, (last) => ("result" in last ? last.result : undefined)),
    preview: (task, options = {}) => perform(task, options, (last) => ("preview" in last ? last.preview : undefined)),
    close,
  };
}

function startChild({ megabytes }: ImportBounds): ChildProcess {
  const child = fork(CHILD, {
    execArgv: ["--enable-source-maps", `--max-old-space-size=${megabytes}`],
    // The report of V8 about a full heap is noise: the error says what to do.
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
  preferForOutOfMemory(child);
  // The exit that follows is handled where a task waits for it.
  child.on("error", () => undefined);
  return child;
}

type LastMessage = Exclude<ImportMessage, { readonly progress: unknown } | { readonly reading: unknown }>;

/** The end of a task: its last message, or the exit of the process before it. */
interface TaskEnd {
  readonly last?: LastMessage;
  readonly exit?: { readonly signal: NodeJS.Signals | null; readonly text: string };
  /** The large file that was read last. */
  readonly reading: string | undefined;
  /** Whether the process was killed because it made no progress. */
  readonly isStalled: boolean;
}

/** Passes progress on until the task has ended. */
function endOfTask(
  child: ChildProcess,
  { stallSeconds }: ImportBounds,
  report: ReportProgress | undefined,
): Promise<TaskEnd> {
  return new Promise((resolve) => {
    let reading: string | undefined;
    let isStalled = false;
    let exit: TaskEnd["exit"];
    const stalled = setTimeout(() => {
      isStalled = true;
      child.kill("SIGKILL");
    }, stallSeconds * 1000);

    function onMessage(received: unknown): void {
      const message = received as ImportMessage;
      stalled.refresh();
      if ("progress" in message) report?.(message.progress);
      else if ("reading" in message) reading = message.reading;
      else finish({ last: message });
    }
    function onExit(code: number | null, signal: NodeJS.Signals | null): void {
      exit = { signal, text: signal ?? `exit code ${code}` };
      onDisconnect();
    }
    /** Messages may arrive after the exit, and then the channel is closed. */
    function onDisconnect(): void {
      if (exit !== undefined && !child.connected) finish({ exit });
    }
    function onError({ message }: Error): void {
      // A process that could not start has no exit.
      if (child.pid === undefined) finish({ exit: { signal: null, text: message } });
    }
    function finish(end: Pick<TaskEnd, "last" | "exit">): void {
      clearTimeout(stalled);
      child.off("message", onMessage).off("exit", onExit).off("disconnect", onDisconnect).off("error", onError);
      resolve({ ...end, reading, isStalled });
    }
    child.on("message", onMessage).on("exit", onExit).on("disconnect", onDisconnect).on("error", onError);
  });
}

function errorOf({ last, exit, reading, isStalled }: TaskEnd, { request }: ImportTask, bounds: ImportBounds): Error {
  const where = reading ?? request.where ?? request.folder;
  if (isStalled) return tooSlow(where, bounds);
  if (last !== undefined && "failure" in last) return failure(last.failure.code, last.failure.detail);
  if (last !== undefined && "fault" in last) return unexpected(last.fault);
  if (exit?.signal != null) return tooLarge(where, exit.text, bounds);
  return unexpected(exit?.text ?? "no message");
}

/** Asks a process to end, and kills it if it does not. */
function endProcess(child: ChildProcess): void {
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), TERM_MILLISECONDS);
  child.once("exit", () => clearTimeout(timer));
}

/** Lets Linux end this process, and not its parent, if the machine's memory is used up. */
function preferForOutOfMemory({ pid }: ChildProcess): void {
  try {
    if (process.platform === "linux" && pid !== undefined) writeFileSync(`/proc/${pid}/oom_score_adj`, "1000");
  } catch {
    // The process has ended already.
  }
}

function tooLarge(where: string, exit: string, { megabytes }: ImportBounds) {
  return failure("IMPORT_TOO_LARGE", {
    where,
    received: `an import process that ended with ${exit}`,
    allowed: `a heap of ${megabytes} MB (RANKSCOPE_IMPORT_MEGABYTES)`,
  });
}

function tooSlow(where: string, { stallSeconds }: ImportBounds) {
  return failure("IMPORT_TOO_SLOW", {
    where,
    received: `no progress for ${stallSeconds} s`,
    allowed: `${stallSeconds} s (RANKSCOPE_IMPORT_STALL_SECONDS)`,
  });
}

function unexpected(text: string): Error {
  return new Error(`the import process failed: ${text}`);
}
