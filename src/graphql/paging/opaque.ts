/** Values as a text that says nothing to who reads it, and comes back as it was. */
export function writeOpaque(values: readonly unknown[]): string {
  return Buffer.from(JSON.stringify(values)).toString("base64url");
}

/** What writeOpaque was given; empty where the text is not one of its. */
export function readOpaque(text: string): unknown[] {
  try {
    const values: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    return Array.isArray(values) ? values : [];
  } catch {
    return [];
  }
}
