import { addAbortSignal, Readable } from "node:stream";
import { GetObjectCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { failure, RankscopeError } from "../errors.js";
import { contentKey } from "./content-key.js";
import { checkRange, type ReadRange } from "./read-range.js";
import { openOriginals } from "./originals.js";
import { readOriginal } from "./read-original.js";
import { isMissingObject, s3Failure } from "./s3-failure.js";
import { uploadFile } from "./s3-upload.js";
import type { S3Settings } from "./settings.js";
import { openTurns } from "./limit-concurrency.js";
import type { WeightFile, WeightStore } from "../model/weight-store.js";

/** Requests under way at once, reads and parts of uploads together: one connection each. */
const MOST_CONNECTIONS = 16;
/** Files uploaded at once; each sends four parts at a time. */
const MOST_UPLOADS = 3;
/** Connecting within a data centre takes milliseconds. */
const CONNECT_MILLISECONDS = 5_000;
/** A server that sends nothing for this long is taken for dead. */
const SILENCE_MILLISECONDS = 30_000;

/**
 * Keeps weight files in a bucket, each under its SHA-256, and reads ranges of them. The AWS SDK finds credentials and
 * repeats what failed for a moment (three tries); an answer that breaks off midway is WEIGHTS_UNREACHABLE.
 */
export function openS3Store(settings: S3Settings): WeightStore {
  const { bucket, prefix, endpoint, region, forcePathStyle = endpoint !== undefined } = settings;
  const client = new S3Client({
    forcePathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    requestHandler: {
      httpAgent: { keepAlive: true, maxSockets: MOST_CONNECTIONS },
      httpsAgent: { keepAlive: true, maxSockets: MOST_CONNECTIONS },
      connectionTimeout: CONNECT_MILLISECONDS,
      socketTimeout: SILENCE_MILLISECONDS,
    },
  });
  const originals = openOriginals();
  // Uploads have connections of the same agent, so that reads leave them some.
  const reads = openTurns(MOST_CONNECTIONS / 2);
  const uploads = openTurns(MOST_UPLOADS);

  const keyOf = (file: WeightFile) => `${prefix}${contentKey(file.hash)}`;
  const whereOf = (file: WeightFile) => `s3://${bucket}/${keyOf(file)}`;

  async function readObject(file: WeightFile, { offset, length, signal }: ReadRange): Promise<Uint8Array> {
    const Range = `bytes=${offset}-${offset + length - 1}`;
    const answer = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: keyOf(file), Range }),
      signal === undefined ? {} : { abortSignal: signal },
    );
    const body = answer.Body;
    if (!(body instanceof Readable)) throw new Error("the answer has no body");
    if (signal !== undefined) addAbortSignal(signal, body);
    const size = sizeOf(answer.ContentRange);
    if (size === undefined) {
      body.destroy();
      throw new Error("the server does not answer with the range that it was asked for");
    }
    if (size !== file.size) {
      body.destroy();
      throw changed(whereOf(file), file, size);
    }
    return await collect(body, length);
  }

  /** Bytes of what the bucket has under the key of `file`; undefined where it has nothing. */
  async function sizeInBucket(file: WeightFile): Promise<number | undefined> {
    try {
      const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(file) }));
      return ContentLength;
    } catch (error) {
      if (isMissingObject(error)) return undefined;
      throw s3Failure(error, whereOf(file), "WEIGHTS_NOT_KEPT");
    }
  }

  return {
    async read(file, offset, length, shared) {
      // One of its own, since the requests of many reads would all hang their listeners on one that they share.
      const signal = shared === undefined ? undefined : AbortSignal.any([shared]);
      const range = { offset, length, signal };
      checkRange(file, range);
      // HTTP has no range of no bytes.
      if (length === 0) return new Uint8Array(0);
      try {
        return await reads(() => readObject(file, range), signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof RankscopeError) throw error;
        if ((error as Error).name === "InvalidRange")
          throw changed(whereOf(file), file, await sizeInBucket(file), error);
        if (!isMissingObject(error)) throw s3Failure(error, whereOf(file), "WEIGHTS_MISSING");
        return await readOriginal(originals, file, range, { where: whereOf(file), cause: error });
      }
    },
    async keep(file) {
      await uploads(async () => {
        // An object of another size is damaged, and replaced.
        if ((await sizeInBucket(file)) === file.size) return;
        await uploadFile(client, { bucket, key: keyOf(file), file });
      });
    },
    async close() {
      await originals.close();
      client.destroy();
    },
  };
}

/** The object's size as the answer to a range tells it: `bytes 0-9/1234`. */
function sizeOf(contentRange: string | undefined): number | undefined {
  const size = /\/(\d+)$/.exec(contentRange ?? "")?.[1];
  return size === undefined ? undefined : Number(size);
}

/** The bytes of `body` in a buffer of their own, of which there must be `length`. */
async function collect(body: Readable, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let done = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (done + chunk.length > length) throw new Error(`more than the ${length} bytes asked for`);
    bytes.set(chunk, done);
    done += chunk.length;
  }
  if (done !== length) throw new Error(`the answer broke off after ${done} of ${length} bytes`);
  return bytes;
}

function changed(where: string, file: WeightFile, size: number | undefined, cause?: unknown): Error {
  return failure("WEIGHTS_CHANGED", {
    where,
    received: size === undefined ? "an object that is gone again" : `${size} bytes`,
    allowed: `the ${file.size} bytes imported`,
    cause,
  });
}
