import path from "node:path";

/** Returns whether `file` is `folder` or lies below it. Both paths are absolute, with links resolved. */
export function contains(folder: string, file: string): boolean {
  const relative = path.relative(folder, file);
  return relative === "" || (relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}
