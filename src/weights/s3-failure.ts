import { failure, type ErrorCode, type RankscopeError } from "../errors.js";

/** The fields of what the AWS SDK throws that matter here. */
interface S3Error {
  readonly name: string;
  readonly message: string;
  readonly stack?: string;
  /** The system's code, where no answer came. */
  readonly code?: string;
  readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string };
}

/** Whether the bucket answers that it has no such object. A HEAD's answer has no body that would tell it from a missing bucket. */
export function isMissingObject(error: unknown): boolean {
  const { name } = error as S3Error;
  return name === "NoSuchKey" || name === "NotFound";
}

/**
 * What a failure of the AWS SDK means.
 *
 * @param where bucket and key
 * @param missing the code for what is not there
 */
export function s3Failure(error: unknown, where: string, missing: ErrorCode): RankscopeError {
  const found = error as S3Error;
  const status = found.$metadata?.httpStatusCode;
  const received = [found.name, found.code, status].filter((part) => part !== undefined).join(" ");
  const detail = { where, received: `${received}: ${found.message}`, cause: plainCause(found) };
  if (found.name === "NoSuchBucket") {
    return failure(missing, { ...detail, todo: "Create the bucket, or correct RANKSCOPE_WEIGHTS." });
  }
  if (isMissingObject(error)) return failure(missing, detail);
  // The SDK has no class of its own for it, and no region is nothing that passes.
  if (found.message.startsWith("Region is missing")) {
    const todo = "Set AWS_REGION; for a store that has no regions us-east-1 will do.";
    return failure("CONFIG_INVALID", { ...detail, where: "AWS_REGION", todo });
  }
  if (status === 401 || status === 403 || found.name === "CredentialsProviderError") {
    const todo = "Check the credentials (AWS_ACCESS_KEY_ID and the like) and what they may do in the bucket.";
    return failure("WEIGHTS_UNREACHABLE", { ...detail, todo });
  }
  return failure("WEIGHTS_UNREACHABLE", { ...detail, todo: "Check RANKSCOPE_S3_ENDPOINT, and that the server is up." });
}

/** The cause without what the SDK hangs on it: access keys, what was signed, the whole answer. */
function plainCause(error: S3Error): Error {
  const cause = new Error(error.message);
  cause.name = error.name;
  if (error.stack !== undefined) cause.stack = error.stack;
  return Object.assign(cause, { code: error.code, requestId: error.$metadata?.requestId });
}
