/** Code units that stand for no character. PostgreSQL cannot store them. */
const LONE_SURROGATES = /\p{Surrogate}/gu;

/**
 * Returns a value as the JSON text that the store compares with: a number that the store cannot represent is null, and equal
 * values have equal texts. Undefined for text with a zero character, which PostgreSQL cannot store.
 */
export function storableJson(value: unknown): string | undefined {
  const text = JSON.stringify(value, (_, member: unknown) =>
    typeof member === "string" ? member.replace(LONE_SURROGATES, "\ufffd") : member,
  ) as string | undefined;
  return text?.includes("\\u0000") === true ? undefined : text;
}
