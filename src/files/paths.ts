import path from "node:path";

/** Returns whether `file` is `folder` or lies below it. Both paths are absolute, with links resolved. */
export function contains(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === "" || (relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}

/** Returns the last `parts` names of a path: enough for clients to tell files apart, without the machine's folders. */
export function shortenPath(path: string, parts = 3): string {
  const names = path.split(/[\\/]+/).filter((name) => name !== "");
  return names.length > parts ? `.../${names.slice(-parts).join("/")}` : names.join("/");
}
