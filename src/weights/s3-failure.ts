import { failure, type ErrorCode, type RankscopeError } from "../errors.js";

/** The fields of the AWS SDK's errors that are used here. */
interface S3Error {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** The system's error code if there was no response. */
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** Returns whether the bucket has no such object. The response to HEAD does not tell it from a missing bucket. */
export function isMissingObject(error: unknown): boolean {
  const { name } = error as S3Error;
  return name === "NoSuchKey" || name === "NotFound";
}

/**
 * Converts an error of the AWS SDK into one about weights.
 *
 * @param where bucket and key
 * @param missing error code for a missing bucket or object
 */
export function s3Failure(error: unknown, where: string, missing: ErrorCode): RankscopeError {
  const found = error as S3Error;
  const status = found.$metadata?.httpStatusCode;
  const received = [found.name, found.code, status].filter((part) => part !== undefined).join(" ");
  const detail = { where, received: `${received}: ${found.message}`, cause: plainCause(found) };
  if (found.name === "NoSuchBucket") {
    return failure(missing, { ...detail, fix: "Create the bucket, or correct RANKSCOPE_WEIGHTS." });
  }
  if (isMissingObject(error)) return failure(missing, detail);
  // The SDK has no class for this error, which is permanent.
  if (found.message.startsWith("Region is missing")) {
    const fix = "Set AWS_REGION; us-east-1 works for a server without regions.";
    return failure("CONFIG_INVALID", { ...detail, where: "AWS_REGION", fix });
  }
  if (status === 401 || status === 403 || found.name === "CredentialsProviderError") {
    const fix = "Check the credentials (AWS_ACCESS_KEY_ID and others) and their permissions in the bucket.";
    return failure("WEIGHTS_UNREACHABLE", { ...detail, fix });
  }
  return failure("WEIGHTS_UNREACHABLE", {
    ...detail,
    fix: "Check RANKSCOPE_S3_ENDPOINT, and whether the server is running.",
  });
}

/** Returns the error without what the SDK attaches to it: access keys, the signed request, the whole response. */
function plainCause(error: S3Error): Error {
  const cause = new Error(error.message);
  cause.name = error.name;
  if (error.stack !== undefined) cause.stack = error.stack;
  return Object.assign(cause, { code: error.code, requestId: error.$metadata?.requestId });
}
