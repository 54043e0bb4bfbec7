/** Options of the fields that several filters share. */

const optional = (description: string) => ({ nullable: true, description });

/** Conditions by name. An unknown value meets only `notIn`, `notEquals` and `isNull: true`. */
export const CONDITIONS = {
  equals: optional("Equal to this value. Text is case-sensitive."),
  notEquals: optional("Not equal to this value. Unknown values match."),
  in: optional("Equal to one of these values. An empty list matches nothing."),
  notIn: optional("Equal to none of these values. Unknown values match."),
  isNull: optional("true: the value is unknown; false: it is known."),
  lt: optional("Less than this value."),
  lte: optional("Less than or equal to this value."),
  gt: optional("Greater than this value."),
  gte: optional("Greater than or equal to this value."),
  before: optional("Before this time."),
  notAfter: optional("At or before this time."),
  after: optional("After this time."),
  notBefore: optional("At or after this time."),
  has: optional("Contains this value."),
  hasAny: optional("Contains at least one of these values. An empty list matches nothing."),
  hasAll: optional("Contains all of these values. An empty list matches everything."),
  isEmpty: optional("true: contains no values; false: contains at least one."),
  contains: optional("Contains this text. Case-insensitive."),
  startsWith: optional("Starts with this text. Case-insensitive."),
} as const;
