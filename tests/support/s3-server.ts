import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const SCRIPT = fileURLToPath(new URL("s3-server.mjs", import.meta.url));

/** The only credentials that the server accepts. */
export const S3_CREDENTIALS = { AWS_ACCESS_KEY_ID: "S3RVER", AWS_SECRET_ACCESS_KEY: "S3RVER" };

/** `GET /bucket/key?query`, with the requested range if there is one. */
export interface S3Request {
  readonly request: string;
  readonly range: string;
}

/** A running S3-compatible server that is stopped after the test. */
export interface S3Server {
  readonly port: number;
  readonly endpoint: string;
  /** Requests answered so far, in order. */
  requests(): Promise<S3Request[]>;
  /** Makes the server kill itself once its responses exceed this number of bytes. */
  dieAfter(bytes: number): Promise<void>;
  kill(): Promise<void>;
}

interface Message {
  readonly port?: number;
  readonly request?: string;
  readonly range?: string;
  readonly done?: boolean;
}

/** Starts a server that stores `buckets` in `directory`. `port` 0 selects any free port. */
export async function startS3Server(directory: string, buckets: readonly string[], port = 0): Promise<S3Server> {
  const child: ChildProcess = fork(SCRIPT, [directory, String(port), ...buckets]);
  const exited = once(child, "exit");
  const kill = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  onTestFinished(kill);
  const requests: S3Request[] = [];
  let done: () => void = () => undefined;
  const tell = (message: object) =>
    new Promise<void>((resolve) => {
      done = resolve;
      child.send(message);
    });
  const listening = await new Promise<number>((resolve, reject) => {
    child.on("message", (message: Message) => {
      if (message.port !== undefined) resolve(message.port);
      if (message.done === true) done();
      if (message.request !== undefined) requests.push({ request: message.request, range: message.range ?? "" });
    });
    void exited.then(([code]) => reject(new Error(`the S3 server ended with code ${code} before it listened`)));
  });
  return {
    port: listening,
    endpoint: `http://127.0.0.1:${listening}`,
    async requests() {
      await tell({});
      return [...requests];
    },
    dieAfter: (bytes) => tell({ dieAfter: bytes }),
    kill,
  };
}
