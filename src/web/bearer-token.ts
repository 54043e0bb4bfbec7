/** The key in session storage. Session storage ends with the tab, and no other tab or site can read it. */
const KEY = "rankscope:token";

/** Returns the stored bearer token, or an empty string. */
export function readToken(storage: Storage): string {
  return storage.getItem(KEY) ?? "";
}

/** Stores a token for this browser tab. An empty token removes the stored one. */
export function storeToken(storage: Storage, token: string): void {
  if (token === "") storage.removeItem(KEY);
  else storage.setItem(KEY, token);
}

/** Returns the HTTP headers for `token`. They also serve as the connection parameters of subscriptions. */
export function authorization(token: string): Record<string, string> {
  return token === "" ? {} : { Authorization: `Bearer ${token}` };
}

/** Whether `text` is a bearer token: RFC 6750 allows only these characters. */
export const isToken = (text: string) => /^[A-Za-z0-9\-._~+/]+=*$/.test(text);
