import { failure, type RankscopeError } from "../errors.js";
import { describeErrno } from "../files/describe-errno.js";

/** Codes of a missing file. */
const MISSING = new Set(["ENOENT", "ENOTDIR"]);
/** Codes of a file that exists and cannot be read, now or later. */
const UNREADABLE = new Set(["EACCES", "EPERM", "EISDIR", "ELOOP", "ENAMETOOLONG"]);

/** Converts a file system error into one about weights. An error that is neither of these two kinds is transient. */
export function fileFailure(cause: NodeJS.ErrnoException, where: string): RankscopeError {
  const code = cause.code ?? "";
  if (MISSING.has(code)) return failure("WEIGHTS_MISSING", { where, cause });
  if (UNREADABLE.has(code)) return failure("FILE_UNREADABLE", { where, received: describeErrno(cause), cause });
  return failure("WEIGHTS_UNREACHABLE", {
    where,
    received: describeErrno(cause),
    fix: "Check the disk or network file system that holds the file.",
    cause,
  });
}
