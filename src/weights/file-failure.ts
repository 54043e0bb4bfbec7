import { failure, type RankscopeError } from "../errors.js";
import { describeErrno } from "../files/describe-errno.js";

/** The file is not there. */
const MISSING = new Set(["ENOENT", "ENOTDIR"]);
/** The file is there and cannot be read, now or later. */
const UNREADABLE = new Set(["EACCES", "EPERM", "EISDIR", "ELOOP", "ENAMETOOLONG"]);

/** What a failure of the file system means for a weight file; what is neither missing nor closed to us may pass. */
export function fileFailure(cause: NodeJS.ErrnoException, where: string): RankscopeError {
  const code = cause.code ?? "";
  if (MISSING.has(code)) return failure("WEIGHTS_MISSING", { where, cause });
  if (UNREADABLE.has(code)) return failure("FILE_UNREADABLE", { where, received: describeErrno(cause), cause });
  return failure("WEIGHTS_UNREACHABLE", {
    where,
    received: describeErrno(cause),
    todo: "Check the disk or network file system that holds the file.",
    cause,
  });
}
