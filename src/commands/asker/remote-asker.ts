import { failure, RankscopeError } from "../../errors.js";
import type { Asker, JobState } from "./asker.js";

export interface RemoteAskerOptions {
  /** Where the server says it is: `http://127.0.0.1:4000/`. */
  readonly server: string;
  readonly token: string | undefined;
}

interface Answer {
  readonly data?: unknown;
  readonly errors?: readonly AnswerError[];
}

interface AnswerError {
  readonly message: string;
  readonly extensions?: { readonly code?: string };
}

/** Asks a running server over HTTP, and by WebSocket where it is to go on telling. */
export function openRemoteAsker({ server, token }: RemoteAskerOptions): Asker {
  const url = endpointOf(server);
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    patience: Infinity,
    async ask(source, variables, signal) {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json", ...headers },
        body: JSON.stringify({ query: source, variables }),
        // The token is for this server and no other.
        redirect: "error",
        signal: signal ?? null,
      }).catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw failure("SERVER_UNREACHABLE", { where: url.href, received: reasonOf(cause), cause });
      });
      return dataOf(await answerOf(response, url), url);
    },
    async *changesOf(id, signal) {
      // Only those who are to be told more need them, and a shell that completes a word waits for each import.
      const [{ createClient }, { WebSocket }] = await Promise.all([import("graphql-ws"), import("ws")]);
      const client = createClient({
        url: socketOf(url),
        // In the handshake for servers that check it there, in the protocol's own way for others.
        webSocketImpl: class extends WebSocket {
          constructor(address: string, protocols: string) {
            super(address, protocols, { headers });
          }
        },
        connectionParams: token === undefined ? {} : { Authorization: `Bearer ${token}` },
        retryAttempts: 5,
      });
      const stop = () => void client.dispose();
      signal.addEventListener("abort", stop, { once: true });
      try {
        for await (const answer of client.iterate({ query: PROGRESS, variables: { id } })) {
          yield (dataOf(answer as Answer, url) as { jobProgress: JobState }).jobProgress;
        }
      } catch (cause) {
        throw socketFailure(cause, url);
      } finally {
        signal.removeEventListener("abort", stop);
        await client.dispose();
      }
    },
    close: () => Promise.resolve(),
  };
}

const PROGRESS = `subscription Progress($id: ID!) {
  jobProgress(id: $id) { id kind status done total message createdAt finishedAt }
}`;

/** @throws ARGUMENT_INVALID */
function endpointOf(server: string): URL {
  const url = URL.canParse(server) ? new URL(server) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== "") {
    throw failure("ARGUMENT_INVALID", {
      where: "--server",
      received: JSON.stringify(server),
      allowed: "http://host:port/, as the server printed it",
    });
  }
  const base = url.pathname.replace(/\/(graphql)?\/?$/, "");
  return new URL(`${base}/graphql`, url);
}

function socketOf(url: URL): string {
  const socket = new URL(url);
  socket.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return socket.href;
}

async function answerOf(response: Response, url: URL): Promise<Answer> {
  const text = await response.text();
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    answer = undefined;
  }
  const status = `status ${response.status}`;
  if (response.status === 401 || response.status === 403)
    throw failure("SERVER_REFUSED", { where: url.href, received: firstMessage(answer) ?? status });
  if (isAnswer(answer)) return answer;
  if (response.status === 429 || response.status >= 500)
    throw failure("SERVER_FAILED", { where: url.href, received: status });
  throw failure("SERVER_ANSWER_INVALID", { where: url.href, received: `${status}, no GraphQL answer` });
}

const isAnswer = (value: unknown): value is Answer =>
  typeof value === "object" && value !== null && ("data" in value || "errors" in value);

function firstMessage(answer: unknown): string | undefined {
  return isAnswer(answer) ? answer.errors?.[0]?.message : undefined;
}

function dataOf({ data, errors }: Answer, url: URL): unknown {
  const [error] = errors ?? [];
  if (error !== undefined) throw answered(error, url);
  return data;
}

function answered({ message, extensions }: AnswerError, url: URL): RankscopeError {
  const detail = { where: url.href, received: message };
  switch (extensions?.code) {
    case "BAD_USER_INPUT":
    case "ARGUMENT_INVALID":
      return failure("ARGUMENT_INVALID", detail);
    case "JOB_NOT_FOUND":
      return failure("JOB_NOT_FOUND", { where: url.href });
    case "UNAUTHENTICATED":
    case "FORBIDDEN":
      return failure("SERVER_REFUSED", detail);
    case "GRAPHQL_VALIDATION_FAILED":
      return failure("SERVER_ANSWER_INVALID", detail);
    default:
      return failure("SERVER_FAILED", detail);
  }
}

/** A subscription fails with errors of the answer, with the socket's end, or with what opening it threw. */
function socketFailure(cause: unknown, url: URL): unknown {
  if (Array.isArray(cause) && cause.length > 0) return answered(cause[0] as AnswerError, url);
  if (cause instanceof RankscopeError) return cause;
  const { code, reason } = cause as { readonly code?: unknown; readonly reason?: unknown };
  if (code === 4401 || code === 4403)
    return failure("SERVER_REFUSED", { where: url.href, received: String(reason), cause });
  const received = typeof code === "number" ? `the socket's end, ${code} ${String(reason)}` : reasonOf(cause);
  return failure("SERVER_UNREACHABLE", { where: url.href, received, cause });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) {
    const { message } = error as { readonly message?: unknown };
    return typeof message === "string" ? message : String(error);
  }
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}
