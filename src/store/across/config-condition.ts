import type { Sql } from "postgres";
import type { SettingCondition } from "../../model/setting-condition.js";
import { storedField } from "../../model/setting-fields.js";
import { storableJson } from "../../model/storable-json.js";
import { allOf, negated, type Fragment } from "./fragment.js";
import { given, rangeConditions } from "./value-conditions.js";

/** Fields of `experiment.adapter`, which filters name as they are stored. All other fields are settings. */
const ADAPTER_FIELDS: ReadonlySet<string> = new Set([
  "r",
  "loraAlpha",
  "useRslora",
  "useDora",
  "fanInFanOut",
  "loraDropout",
  "bias",
  "loraBias",
  "targetModules",
  "modulesToSave",
  "rankPattern",
  "alphaPattern",
  "initLoraWeights",
  "revision",
  "taskType",
]);

/** Returns whether a filter's field is one of the adapter configuration. */
export function isAdapterField(field: string): boolean {
  return ADAPTER_FIELDS.has(field);
}

/** Returns the condition of `filter` on a row `experiment`. */
export function configCondition(sql: Sql, { field, recorded, ...conditions }: SettingCondition): Fragment {
  const found = isAdapterField(field)
    ? adapterCondition(sql, field, conditions)
    : settingCondition(sql, storedField(field), conditions);
  return recorded === false ? negated(sql, found) : found;
}

type ValueConditions = Omit<SettingCondition, "field" | "recorded">;

function adapterCondition(sql: Sql, field: string, conditions: ValueConditions): Fragment {
  const value = sql`nullif(experiment.adapter -> ${field}, 'null')`;
  return sql`(${value} is not null and ${valueCondition(sql, value, conditions)})`;
}

function settingCondition(sql: Sql, field: string, conditions: ValueConditions): Fragment {
  return sql`exists (select from experiment_setting as setting where setting.experiment_id = experiment.id
    and setting.field = ${field} and ${valueCondition(sql, sql`setting.value`, conditions)})`;
}

/** Returns the condition on a JSON value that is not null. */
function valueCondition(sql: Sql, value: Fragment, conditions: ValueConditions): Fragment {
  const { equals, in: among, contains, ...range } = conditions;
  const isAmong = (texts: readonly string[]) => sql`${value} = any(${texts.flatMap(possibleValues)}::text[]::jsonb[])`;
  const text = sql`(${value} #>> '{}')`;
  // CASE prevents the cast of values that are not numbers: PostgreSQL may evaluate conditions in any order.
  const number = sql`(case when jsonb_typeof(${value}) = 'number' then ${text}::float8 end)`;
  return allOf(sql, [
    ...given(equals, (one) => isAmong([one])),
    ...given(among, isAmong),
    ...given(
      contains,
      (part) => sql`(case jsonb_typeof(${value})
        when 'array' then ${value} @> to_jsonb(${part}::text)
        when 'string' then strpos(lower(${text}), lower(${part})) > 0
        else false end)`,
    ),
    ...rangeConditions(sql, number, range),
  ]);
}

/** Returns the JSON of the values that a text can stand for: `2e-4` is a text, and the number 0.0002. */
function possibleValues(text: string): string[] {
  return [text, ...otherValues(text)].flatMap((value) => storableJson(value) ?? []);
}

function otherValues(text: string): unknown[] {
  if (text.trim() !== "" && Number.isFinite(Number(text))) return [Number(text)];
  try {
    const value: unknown = JSON.parse(text);
    const isList =
      Array.isArray(value) && value.every((member) => ["string", "number", "boolean"].includes(typeof member));
    return typeof value === "boolean" || isList ? [value] : [];
  } catch {
    return [];
  }
}
