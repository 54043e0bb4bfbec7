import { closingQuote } from "./closing-quote.js";

/**
 * The first key that one object of a JSON text has twice; undefined where there is none. The text must be valid JSON: only
 * strings and brackets are looked at. No regular expression: a key of some megabytes would overflow its stack.
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
        if (keys !== undefined && json[afterSpace(json, end + 1)] === ":") {
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

function afterSpace(json: string, from: number): number {
  let at = from;
  while (at < json.length && " \t\n\r".includes(json.charAt(at))) at++;
  return at;
}
