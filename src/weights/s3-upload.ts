import type { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { RankscopeError } from "../errors.js";
import { checkedContent } from "./checked-content.js";
import { s3Failure } from "./s3-failure.js";
import type { WeightFile } from "../model/weight-store.js";

/** Smaller files go in one request. S3 allows 5 MiB and more. */
const PART_BYTES = 8 * 2 ** 20;
/** S3's own limit. */
const MOST_PARTS = 10_000;

/**
 * Uploads `file` in parts and checks its content on the way: where it is not what was imported, the upload is given up
 * and the bucket has nothing under `key`.
 *
 * @throws WEIGHTS_CHANGED, WEIGHTS_MISSING for the original; WEIGHTS_NOT_KEPT for a bucket that is not there,
 * WEIGHTS_UNREACHABLE
 */
export async function uploadFile(
  client: S3Client,
  { bucket, key, file }: { readonly bucket: string; readonly key: string; readonly file: WeightFile },
): Promise<void> {
  const content = checkedContent(file);
  // Giving an upload up may fail too, and its error would hide what the file's was.
  let fault: Error | undefined;
  content.on("error", (error) => (fault = error));
  const upload = new Upload({
    client,
    params: { Bucket: bucket, Key: key, Body: content, ContentType: "application/octet-stream" },
    partSize: Math.max(PART_BYTES, Math.ceil(file.size / MOST_PARTS)),
    leavePartsOnError: false,
  });
  try {
    await upload.done();
  } catch (error) {
    if (fault instanceof RankscopeError) throw fault;
    throw s3Failure(error, `s3://${bucket}/${key}`, "WEIGHTS_NOT_KEPT");
  }
}
