const DESCRIPTIONS: Readonly<Record<string, string>> = {
  ENOENT: "nothing: it does not exist",
  ENOTDIR: "nothing: it does not exist",
  EACCES: "no permission to read it",
  EPERM: "no permission to read it",
  EISDIR: "a folder",
  ELOOP: "a symbolic link",
  ENXIO: "a socket, or a device that does not exist",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
  EIO: "a disk error",
  ENOSPC: "no space left on the disk: free some, or move the folder to a larger disk",
  EDQUOT: "the user's disk quota is used up: free some space, or raise the quota",
  EROFS: "a file system that is mounted read-only",
};

/** Describes a file system error. Node's own message is not for clients: it contains the file's path on the machine. */
export function describeErrno({ code }: NodeJS.ErrnoException): string {
  return (code === undefined ? undefined : DESCRIPTIONS[code]) ?? `the error ${code ?? "without a code"}`;
}
