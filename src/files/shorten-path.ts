/** Returns the last `parts` names of a path: enough for clients to tell files apart, without the machine's folders. */
export function shortenPath(path: string, parts = 3): string {
  const names = path.split(/[\\/]+/).filter((name) => name !== "");
  return names.length > parts ? `.../${names.slice(-parts).join("/")}` : names.join("/");
}
