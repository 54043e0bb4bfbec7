import { resolve } from "node:path";
import { failure } from "../errors.js";

/** The location of the weight store, as plain data that can be passed to worker threads. */
export type WeightStoreSettings =
  | { readonly kind: "in-place" }
  /** `directory` is absolute. */
  | { readonly kind: "directory"; readonly directory: string }
  | S3Settings;

/** A bucket of Amazon S3, or of a server with its API. The AWS SDK finds the credentials. */
export interface S3Settings extends S3Access {
  readonly kind: "s3";
  readonly bucket: string;
  /** Prefix of every key: empty, or ending with a slash. */
  readonly prefix: string;
}

/** The connection options of a bucket. The AWS SDK chooses those that are undefined. */
interface S3Access {
  /** The server's URL if it is not Amazon's. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** Whether the bucket is in the URL's path instead of its host name. Default: true if there is an endpoint. */
  readonly forcePathStyle?: boolean | undefined;
}

const ALLOWED = "in-place, a directory, or s3://bucket/prefix";
/** Bucket names of Amazon and of compatible servers. */
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]$/i;

/**
 * Parses the setting that says where weights are kept: `in-place`, a directory (relative to `from`), or `s3://bucket/prefix`,
 * which is reached by `access`.
 *
 * @param name name of the setting, for messages
 * @throws CONFIG_INVALID
 */
export function parseWeightStoreSettings(
  setting: string,
  { name, from, access = {} }: { readonly name: string; readonly from: string; readonly access?: S3Access },
): WeightStoreSettings {
  if (setting === "in-place") return { kind: "in-place" };
  const scheme = /^([a-z][a-z0-9+.-]+):\/\//i.exec(setting)?.[1];
  if (scheme === undefined && setting.trim() !== "") return { kind: "directory", directory: resolve(from, setting) };
  if (scheme?.toLowerCase() !== "s3") {
    throw failure("CONFIG_INVALID", { where: name, received: JSON.stringify(withoutUser(setting)), allowed: ALLOWED });
  }
  const [bucket = "", ...rest] = setting.slice("s3://".length).split("/");
  if (!BUCKET.test(bucket)) {
    const allowed = "a bucket's name after s3://: 3 to 63 letters, digits, dots and hyphens";
    throw failure("CONFIG_INVALID", { where: name, received: JSON.stringify(withoutUser(setting)), allowed });
  }
  const prefix = rest.filter((part) => part !== "").join("/");
  checkEndpoint(access.endpoint);
  return {
    kind: "s3",
    bucket,
    prefix: prefix === "" ? "" : `${prefix}/`,
    endpoint: access.endpoint,
    region: access.region,
    forcePathStyle: access.forcePathStyle,
  };
}

function checkEndpoint(endpoint: string | undefined): void {
  if (endpoint === undefined) return;
  const url = URL.canParse(endpoint) ? new URL(endpoint) : undefined;
  const isHttp = url?.protocol === "http:" || url?.protocol === "https:";
  if (url !== undefined && isHttp && url.username === "" && url.password === "") return;
  throw failure("CONFIG_INVALID", {
    where: "the endpoint of the S3 weight store",
    received: JSON.stringify(withoutUser(endpoint)),
    allowed: "an http or https URL without user and password (the AWS SDK finds the credentials)",
  });
}

/** Removes users and passwords, which must not appear in messages. */
function withoutUser(setting: string): string {
  return setting.replace(/\/\/.*@/, "//...@");
}
