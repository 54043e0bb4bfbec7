/** Conditions on one setting of a run (`learning_rate`), or one field of its adapter configuration (`loraAlpha`). All must hold. */
export interface SettingCondition {
  readonly field: string;
  /** The value as JSON, text without its quotes. */
  readonly equals?: string | null | undefined;
  readonly in?: readonly string[] | null | undefined;
  /** An element of a list, or a part of text. */
  readonly contains?: string | null | undefined;
  readonly lt?: number | null | undefined;
  readonly lte?: number | null | undefined;
  readonly gt?: number | null | undefined;
  readonly gte?: number | null | undefined;
  /** Whether the field has a value; true by default. */
  readonly recorded?: boolean | null | undefined;
}

/** Operators in the text of a condition. */
const OPERATORS = { equals: "=", in: " in ", contains: " contains ", lt: " < ", lte: " <= ", gt: " > ", gte: " >= " };

/** Returns a condition as text: `learning_rate=2e-4`, `warmup_steps >= 10`, `no neftune_alpha`. */
export function conditionText(condition: SettingCondition): string {
  const parts = Object.entries(OPERATORS).flatMap(([name, operator]) => {
    const value = condition[name as keyof typeof OPERATORS];
    return value == null ? [] : [`${condition.field}${operator}${String(value)}`];
  });
  const text = parts.length === 0 ? condition.field : parts.join(" and ");
  return condition.recorded === false ? `no ${text}` : text;
}
