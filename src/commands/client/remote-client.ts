import { print } from "graphql";
import type { ResultOf } from "gql.tada";
import { failure, RankscopeError } from "../../errors.js";
import { graphql } from "../../model/graphql-document.js";
import { JOB_STATE, type GraphQLClient } from "./graphql-client.js";

interface RemoteClientOptions {
  /** The address that the server printed: `http://127.0.0.1:4000/`. */
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

/** Opens a client of a running server: HTTP for queries and mutations, a WebSocket for subscriptions. */
export function openRemoteClient({ server, token }: RemoteClientOptions): GraphQLClient {
  const url = endpointOf(server);
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  return {
    patienceMilliseconds: Infinity,
    async query(document, variables, signal) {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json", accept: "application/json", ...headers },
        body: JSON.stringify({ query: print(document), variables }),
        // A redirect would send the token to another server.
        redirect: "error",
        signal: signal ?? null,
      }).catch((cause: unknown) => {
        signal?.throwIfAborted();
        throw failure("SERVER_UNREACHABLE", { where: url.href, received: reasonOf(cause), cause });
      });
      return dataOf(await answerOf(response, url), url) as ResultOf<typeof document>;
    },
    async *jobChanges(id, signal) {
      // Only subscriptions need them, and shell completion waits for each import.
      const [{ createClient }, { WebSocket }] = await Promise.all([import("graphql-ws"), import("ws")]);
      const client = createClient({
        url: socketUrlOf(url),
        // Some servers check the token in the handshake, others in the connection parameters.
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
        for await (const answer of client.iterate({ query: print(PROGRESS), variables: { id } })) {
          yield (dataOf(answer as Answer, url) as ResultOf<typeof PROGRESS>).jobProgress;
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

const PROGRESS = graphql(
  `
    subscription Progress($id: ID!) {
      jobProgress(id: $id) {
        ...JobState
      }
    }
  `,
  [JOB_STATE],
);

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

function socketUrlOf(url: URL): string {
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
  throw failure("SERVER_ANSWER_INVALID", { where: url.href, received: `${status}, not a GraphQL answer` });
}

const isAnswer = (value: unknown): value is Answer =>
  typeof value === "object" && value !== null && ("data" in value || "errors" in value);

function firstMessage(answer: unknown): string | undefined {
  return isAnswer(answer) ? answer.errors?.[0]?.message : undefined;
}

function dataOf({ data, errors }: Answer, url: URL): unknown {
  const [error] = errors ?? [];
  if (error !== undefined) throw failureOf(error, url);
  return data;
}

function failureOf({ message, extensions }: AnswerError, url: URL): RankscopeError {
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

/** A subscription fails with errors of the answer, with a close event of the socket, or with an error of opening it. */
function socketFailure(cause: unknown, url: URL): unknown {
  if (Array.isArray(cause) && cause.length > 0) return failureOf(cause[0] as AnswerError, url);
  if (cause instanceof RankscopeError) return cause;
  const { code, reason } = cause as { readonly code?: unknown; readonly reason?: unknown };
  if (code === 4401 || code === 4403)
    return failure("SERVER_REFUSED", { where: url.href, received: String(reason), cause });
  const received = typeof code === "number" ? `close code ${code} ${String(reason)}` : reasonOf(cause);
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
