/** The operation in a link. */
export interface LinkedOperation {
  readonly query: string;
  /** A JSON object as text, or null. */
  readonly variables: string | null;
}

/** The content of a URL fragment: an operation, a problem with it, or undefined if the fragment is not such a link. */
export type LinkContent = { readonly operation: LinkedOperation } | { readonly problem: string } | undefined;

/** Maximum characters of query and variables together. The server rejects larger requests. */
const MAX_CHARACTERS = 250_000;

/**
 * Returns the path and fragment that open `query` in the playground: `/#query=...&variables=...`. Browsers do not send the
 * fragment to the server, so long queries fit and no log records them. A link never contains headers.
 */
export function operationLink(query: string, variables?: object): string {
  const parts = [["query", query], ...(variables === undefined ? [] : [["variables", JSON.stringify(variables)]])];
  return `/#${parts.map(([name, value]) => `${name}=${encodeURIComponent(value ?? "")}`).join("&")}`;
}

/** Reads a link of operationLink. Never throws, because anyone can write a link. */
export function readOperationLink(fragment: string): LinkContent {
  const text = fragment.replace(/^#/, "");
  if (!/^(query|variables)=/.test(text)) return undefined;
  if (text.length > 3 * MAX_CHARACTERS) return { problem: TOO_LONG };
  const parts = decodeParts(text);
  if (parts === undefined) return { problem: "it contains an invalid % escape; copy the whole link again" };
  const query = parts.get("query")?.trim();
  const variables = parts.get("variables")?.trim();
  if (!query) return { problem: "it has no query; the format is /#query=...&variables=..." };
  if (query.length + (variables?.length ?? 0) > MAX_CHARACTERS) return { problem: TOO_LONG };
  if (!variables) return { operation: { query, variables: null } };
  const object = parseObject(variables);
  if (object === undefined) return { problem: "its variables are not a JSON object" };
  return { operation: { query, variables: JSON.stringify(object, null, 2) } };
}

const TOO_LONG = `it has more than ${MAX_CHARACTERS.toLocaleString("en")} characters, which the server rejects`;

/** Returns undefined for an invalid escape. A plus sign stays a plus sign, since encodeURIComponent writes a space as %20. */
function decodeParts(text: string): Map<string, string> | undefined {
  try {
    return new Map(
      text.split("&").map((part) => {
        const [name = "", ...rest] = part.split("=");
        return [name, decodeURIComponent(rest.join("="))];
      }),
    );
  } catch {
    return undefined;
  }
}

function parseObject(json: string): object | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
