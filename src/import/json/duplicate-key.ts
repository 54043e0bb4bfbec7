import { closingQuote } from "./closing-quote.js";

/**
 * Returns the first key that an object of a JSON text has twice; undefined if there is none. The text must be valid JSON:
 * only strings and brackets are looked at. A regular expression would overflow its stack for a key of some megabytes.
 */
export function duplicateKey(json: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case "{":
        open.push(new Set());
        break;
      case "[":
        open.push(undefined);
        break;
      case "}":
      case "]":
        open.pop();
        break;
      case '"': {
        const end = closingQuote(json, at);
        const keys = open.at(-1);
        if (keys !== undefined && json[skipSpace(json, end + 1)] === ":") {
          const key = JSON.parse(json.slice(at, end + 1)) as string;
          if (keys.has(key)) return key;
          keys.add(key);
        }
        at = end;
      }
    }
  }
  return undefined;
}

function skipSpace(json: string, from: number): number {
  let at = from;
  while (at < json.length && " \t\n\r".includes(json.charAt(at))) at++;
  return at;
}
