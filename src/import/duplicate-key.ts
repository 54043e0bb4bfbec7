/**
 * The first key that one object of a JSON text has twice; undefined where there is none. The text must be valid JSON: only
 * strings and brackets are looked at.
 */
export function duplicateKey(json: string): string | undefined {
  const tokens = /"(?:[^"\\]|\\.)*"|[{}[\]]/gs;
  const open: (Set<string> | undefined)[] = [];
  for (const { 0: token, index } of json.matchAll(tokens)) {
    if (token === "{") open.push(new Set());
    else if (token === "[") open.push(undefined);
    else if (token === "}" || token === "]") open.pop();
    else {
      const keys = open.at(-1);
      const isKey = keys !== undefined && /^\s*:/.test(json.slice(index + token.length, index + token.length + 32));
      if (!isKey) continue;
      const key = JSON.parse(token) as string;
      if (keys.has(key)) return key;
      keys.add(key);
    }
  }
  return undefined;
}
