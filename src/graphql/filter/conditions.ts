/** Fields that several filters share: all are optional, and said in the same words. */

const optional = (description: string) => ({ nullable: true, description });

/** By name; a value that is not known meets none of them but `notIn`, `notEquals` and `isNull: true`. */
export const CONDITIONS = {
  equals: optional("Exactly this value; of a text, upper and lower case differ."),
  notEquals: optional("An unknown value is not equal to any."),
  in: optional("Exactly one of these values; an empty list lets nothing through."),
  notIn: optional("None of these values; an unknown one is none of them."),
  isNull: optional("Whether the value is unknown."),
  lt: optional("Less than this."),
  lte: optional("This or less."),
  gt: optional("More than this."),
  gte: optional("This or more."),
  before: optional("Before this time."),
  notAfter: optional("At this time or before."),
  after: optional("After this time."),
  notBefore: optional("At this time or after."),
  has: optional("This one is among them."),
  hasAny: optional("At least one of these is among them; an empty list lets nothing through."),
  hasAll: optional("Each of these is among them; an empty list lets everything through."),
  isEmpty: optional("true: there are none at all; false: there is at least one."),
} as const;
