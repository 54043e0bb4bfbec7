const WORDS: Readonly<Record<string, string>> = {
  ENOENT: "nothing: it is not there",
  ENOTDIR: "nothing: it is not there",
  EACCES: "no permission to read it",
  EPERM: "no permission to read it",
  EISDIR: "a folder",
  ELOOP: "a symbolic link",
  ENXIO: "a socket, or a device that is not there",
  EMFILE: "too many open files",
  ENFILE: "too many open files",
  EIO: "an error of the disk",
};

/** What went wrong with a file, in words. Node's own message is not for clients: it names the file's place on the machine. */
export function errnoWords({ code }: NodeJS.ErrnoException): string {
  return (code === undefined ? undefined : WORDS[code]) ?? `the error ${code ?? "that has no code"}`;
}
