import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import type { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { RankscopeError } from "../errors.js";
import type { WeightFile } from "../model/weight-store.js";
import { checkContent } from "./weight-file.js";
import { fileFailure } from "./file-failure.js";
import { openOriginal } from "./original-files.js";
import { s3Failure } from "./s3-failure.js";

/** Size of one part. Smaller files are sent in one request. S3's minimum is 5 MiB. */
const PART_BYTES = 8 * 2 ** 20;
/** Maximum number of parts that S3 accepts. */
const MAX_PARTS = 10_000;
const CHUNK_BYTES = 2 ** 20;

/** The file to upload, and its place in a bucket. */
interface UploadRequest {
  readonly bucket: string;
  readonly key: string;
  readonly file: WeightFile;
}

/**
 * Uploads a file in parts and checks its content meanwhile. If it is not the imported content, the upload is aborted and the
 * bucket has nothing under `key`.
 *
 * @throws WEIGHTS_CHANGED or WEIGHTS_MISSING for the original, WEIGHTS_NOT_KEPT for a missing bucket, WEIGHTS_UNREACHABLE
 */
export async function uploadFile(client: S3Client, { bucket, key, file }: UploadRequest): Promise<void> {
  const content = Readable.from(checkedChunks(file), { objectMode: false });
  // Aborting the upload may fail too, and would hide the error of the file.
  let contentError: Error | undefined;
  content.on("error", (error) => (contentError = error));
  const upload = new Upload({
    client,
    params: { Bucket: bucket, Key: key, Body: content, ContentType: "application/octet-stream" },
    partSize: Math.max(PART_BYTES, Math.ceil(file.size / MAX_PARTS)),
    leavePartsOnError: false,
  });
  try {
    await upload.done();
  } catch (error) {
    if (contentError instanceof RankscopeError) throw contentError;
    throw s3Failure(error, `s3://${bucket}/${key}`, "WEIGHTS_NOT_KEPT");
  }
}

/** Yields the bytes at `file.path`. Fails before the last chunk if they are not the imported content. */
async function* checkedChunks(file: WeightFile): AsyncGenerator<Buffer> {
  const hash = createHash("sha256");
  let size = 0;
  const { handle } = await openOriginal(file);
  // The stream closes the handle.
  const stream = handle.createReadStream({ start: 0, highWaterMark: CHUNK_BYTES });
  // The last chunk is held back until the content is checked, so that the upload cannot complete before.
  let last: Buffer | undefined;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      hash.update(chunk);
      size += chunk.length;
      if (last !== undefined) yield last;
      last = chunk;
    }
  } catch (error) {
    throw fileFailure(error as NodeJS.ErrnoException, file.path);
  }
  checkContent(file, { hash: hash.digest("hex"), size });
  if (last !== undefined) yield last;
}
