/** Where this tab of the browser keeps the token: it ends with the tab, and no other site or tab reads it. */
const KEY = "rankscope:token";

/** The bearer token that requests carry; empty where there is none. */
export function readToken(storage: Storage): string {
  return storage.getItem(KEY) ?? "";
}

/** Keeps a token for this tab of the browser, or forgets it where it is empty. */
export function keepToken(storage: Storage, token: string): void {
  if (token === "") storage.removeItem(KEY);
  else storage.setItem(KEY, token);
}

/** The headers, and a subscription's connection parameters, that carry `token`. */
export function authorization(token: string): Record<string, string> {
  return token === "" ? {} : { Authorization: `Bearer ${token}` };
}

/** What cannot be in a header: RFC 6750 allows these characters alone. */
export const isToken = (text: string) => /^[A-Za-z0-9\-._~+/]+=*$/.test(text);
