import path from "node:path";

/** Whether `place` is `folder` or lies below it; both are absolute, with links resolved. */
export function contains(folder: string, place: string): boolean {
  const relative = path.relative(folder, place);
  return relative === "" || (relative !== ".." && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative));
}
