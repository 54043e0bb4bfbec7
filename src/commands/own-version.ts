import { readFileSync } from "node:fs";

/** This program's version, as the package says that this file is in; as far from src/ as from dist/. */
export function ownVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
