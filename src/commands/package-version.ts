import { readFileSync } from "node:fs";

/** Returns the version in package.json. The relative path is the same from src/ and from dist/. */
export function packageVersion(): string {
  const file = new URL("../../package.json", import.meta.url);
  return (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version;
}
