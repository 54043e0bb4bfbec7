import { addAbortSignal, Readable } from "node:stream";
import { DeleteObjectCommand, GetObjectCommand, HeadObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { failure, RankscopeError } from "../errors.js";
import { checkRange, contentKey, type ReadRange } from "./weight-file.js";
import { openOriginals, readOriginal } from "./original-files.js";
import { isMissingObject, s3Failure } from "./s3-failure.js";
import { uploadFile } from "./upload-file.js";
import type { S3Settings } from "./settings.js";
import { limitConcurrency } from "./limit-concurrency.js";
import type { WeightFile, WeightStore } from "../model/weight-store.js";

/** Concurrent requests, reads and parts of uploads together: one connection each. */
const MAX_CONNECTIONS = 16;
/** Files uploaded at once. Each sends four parts at a time. */
const MAX_UPLOADS = 3;
/** Connection timeout. Connecting within a data centre takes milliseconds. */
const CONNECT_MILLISECONDS = 5_000;
/** Time without data after which a server is considered unreachable. */
const SILENCE_MILLISECONDS = 30_000;

/**
 * Keeps weight files in a bucket, each under its SHA-256, and reads ranges of them. The AWS SDK finds credentials and retries
 * transient errors (three attempts). An incomplete response is WEIGHTS_UNREACHABLE.
 */
export function openS3Store(settings: S3Settings): WeightStore {
  const { bucket, prefix, endpoint, region, forcePathStyle = endpoint !== undefined } = settings;
  const client = new S3Client({
    forcePathStyle,
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    requestHandler: {
      httpAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
      httpsAgent: { keepAlive: true, maxSockets: MAX_CONNECTIONS },
      connectionTimeout: CONNECT_MILLISECONDS,
      socketTimeout: SILENCE_MILLISECONDS,
    },
  });
  const originals = openOriginals();
  // Reads leave connections of the shared agent for uploads.
  const reads = limitConcurrency(MAX_CONNECTIONS / 2);
  const uploads = limitConcurrency(MAX_UPLOADS);

  const keyOf = (file: Pick<WeightFile, "hash">) => `${prefix}${contentKey(file.hash)}`;
  const addressOf = (file: Pick<WeightFile, "hash">) => `s3://${bucket}/${keyOf(file)}`;

  async function readObject(file: WeightFile, { offset, length, signal }: ReadRange): Promise<Uint8Array> {
    const Range = `bytes=${offset}-${offset + length - 1}`;
    const response = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: keyOf(file), Range }),
      signal === undefined ? {} : { abortSignal: signal },
    );
    const body = response.Body;
    if (!(body instanceof Readable)) throw new Error("the response has no body");
    if (signal !== undefined) addAbortSignal(signal, body);
    const size = sizeOf(response.ContentRange);
    if (size === undefined) {
      body.destroy();
      throw new Error("the response does not have the requested range");
    }
    if (size !== file.size) {
      body.destroy();
      throw changed(addressOf(file), file, size);
    }
    return await collect(body, length);
  }

  /** Returns the bytes of the object under the key of `file`; undefined if there is none. */
  async function sizeInBucket(file: WeightFile): Promise<number | undefined> {
    try {
      const { ContentLength } = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: keyOf(file) }));
      return ContentLength;
    } catch (error) {
      if (isMissingObject(error)) return undefined;
      throw s3Failure(error, addressOf(file), "WEIGHTS_NOT_KEPT");
    }
  }

  return {
    async read(file, offset, length, shared) {
      // Each read has its own signal, because many reads would add their listeners to a shared one.
      const signal = shared === undefined ? undefined : AbortSignal.any([shared]);
      const range = { offset, length, signal };
      checkRange(file, range);
      // HTTP has no empty range.
      if (length === 0) return new Uint8Array(0);
      try {
        return await reads(() => readObject(file, range), signal);
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof RankscopeError) throw error;
        if ((error as Error).name === "InvalidRange")
          throw changed(addressOf(file), file, await sizeInBucket(file), error);
        if (!isMissingObject(error)) throw s3Failure(error, addressOf(file), "WEIGHTS_MISSING");
        return await readOriginal(originals, file, range, { where: addressOf(file), cause: error });
      }
    },
    async keep(file) {
      await uploads(async () => {
        // An object of another size is damaged and is replaced.
        if ((await sizeInBucket(file)) === file.size) return;
        await uploadFile(client, { bucket, key: keyOf(file), file });
      });
    },
    async remove(file) {
      // Deleting an object that does not exist succeeds.
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: keyOf(file) })).catch((error: unknown) => {
        throw s3Failure(error, addressOf(file), "WEIGHTS_NOT_KEPT");
      });
    },
    async close() {
      await originals.close();
      client.destroy();
    },
  };
}

/** Returns the object's size in the header of a range response: `bytes 0-9/1234`. */
function sizeOf(contentRange: string | undefined): number | undefined {
  const size = /\/(\d+)$/.exec(contentRange ?? "")?.[1];
  return size === undefined ? undefined : Number(size);
}

/** Reads exactly `length` bytes of `body` into a new buffer. */
async function collect(body: Readable, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(length);
  let done = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    if (done + chunk.length > length) throw new Error(`more than the ${length} bytes requested`);
    bytes.set(chunk, done);
    done += chunk.length;
  }
  if (done !== length) throw new Error(`the response ended after ${done} of ${length} bytes`);
  return bytes;
}

function changed(where: string, file: WeightFile, size: number | undefined, cause?: unknown): Error {
  return failure("WEIGHTS_CHANGED", {
    where,
    received: size === undefined ? "an object that no longer exists" : `${size} bytes`,
    allowed: `the ${file.size} bytes imported`,
    cause,
  });
}
