/** What of a path clients may see: its last `parts` names, which tell files apart and not how the machine is laid out. */
export function shownPlace(path: string, parts = 3): string {
  const names = path.split(/[\\/]+/).filter((name) => name !== "");
  return names.length > parts ? `.../${names.slice(-parts).join("/")}` : names.join("/");
}
