import { countOf } from "../../model/count-of.js";
import { evaluationPrefix } from "../../model/evaluation-metric.js";
import { eachInSteps, type Steps } from "../steps.js";

/** Data sets and tasks of a run, by setting: `{ dataset: "gsm8k" }`. An unknown setting is missing. */
export type RunData = Readonly<Record<string, string>>;

/** Something that comes from one run: the run itself, or a value of it. */
interface FromRun {
  /** Undefined or null if unknown. */
  readonly data?: RunData | null | undefined;
}

/** The items of one data set. */
export interface DataGroup<Item> {
  /** For use in a name: `dataset gsm8k`. Null if no two items have different known data. */
  readonly label: string | null;
  readonly items: readonly Item[];
}

/** The settings in which two runs are no replicates of each other, whatever else they share. */
const DATA_SETTINGS = ["task", "dataset"] as const;

/** The settings in which two values of an evaluation are no replicates of each other. */
const EVALUATED_SETTINGS = [...DATA_SETTINGS, "evaluation_dataset"] as const;

function settingsOf(metric: string): readonly string[] {
  return evaluationPrefix(metric) === undefined ? DATA_SETTINGS : EVALUATED_SETTINGS;
}

/**
 * Groups items by task and data set. Losses of different data are no repetitions of one measurement, so they have no common mean.
 * Items whose data are unknown form a group of their own only if other items differ. Takes linear time.
 *
 * @param metric whose values are grouped: those of an evaluation also by its data set
 */
export function groupByData<Item extends FromRun>(items: readonly Item[], metric = ""): readonly DataGroup<Item>[] {
  const mixed = settingsOf(metric).flatMap((setting) => {
    const known = new Set<string>();
    for (const { data } of items) {
      const value = data?.[setting];
      if (value !== undefined) known.add(value);
    }
    const nameOf = (value: string): string => shortestTail(value, known);
    return new Set([...known].map(nameOf)).size > 1 ? [{ setting, nameOf }] : [];
  });
  if (mixed.length === 0) return items.length === 0 ? [] : [{ label: null, items }];
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const label = mixed
      .map(({ setting, nameOf }) => {
        const value = item.data?.[setting];
        return `${setting.replace("_", " ")} ${value === undefined ? "unknown" : nameOf(value)}`;
      })
      .join(", ");
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [item]);
    else group.push(item);
  }
  return [...groups].map(([label, ofGroup]) => ({ label, items: ofGroup }));
}

/** Groups items as `groupByData` does, in steps, unless they have several data sets. */
export function* dataGroupSteps<Item extends FromRun>(
  items: readonly Item[],
  metric = "",
): Steps<readonly DataGroup<Item>[]> {
  const settings = settingsOf(metric);
  const known = settings.map(() => new Set<string>());
  yield* eachInSteps(items, ({ data }) => {
    if (data == null) return;
    for (const [i, setting] of settings.entries()) {
      const value = data[setting];
      if (value !== undefined) known[i]?.add(value);
    }
  });
  if (known.every((values) => values.size < 2)) return items.length === 0 ? [] : [{ label: null, items }];
  yield 2 * items.length;
  return groupByData(items, metric);
}

/** Maximum number of groups in a sentence. */
const MAX_GROUPS = 5;

/**
 * Returns the number of runs of each data set for use in a sentence: `dataset alpaca: 2 runs; dataset gsm8k: 1 run`. Undefined if
 * all known data are equal.
 *
 * @param items one item a run
 * @param metric as in `groupByData`
 */
export function mixedDataText(items: readonly FromRun[], metric = ""): string | undefined {
  return dataGroupsText(groupByData(items, metric));
}

/** Returns the text of `mixedDataText` for the groups of all items. */
export function dataGroupsText(groups: readonly DataGroup<unknown>[]): string | undefined {
  if (groups.length < 2) return undefined;
  const shown = groups.slice(0, MAX_GROUPS).map(({ label, items: { length } }) => {
    return `${label}: ${countOf(length, "run")}`;
  });
  const more = groups.length > MAX_GROUPS ? [`${groups.length - MAX_GROUPS} more`] : [];
  return [...shown, ...more].join("; ");
}

/** Returns the shortest known value that names the same file or repository: `gsm8k` for `/home/me/gsm8k` if both are known. */
function shortestTail(value: string, known: ReadonlySet<string>): string {
  for (let slash = value.lastIndexOf("/"); slash > 0; slash = value.lastIndexOf("/", slash - 1)) {
    const tail = value.slice(slash + 1);
    if (known.has(tail)) return tail;
  }
  return value.startsWith("/") && known.has(value.slice(1)) ? value.slice(1) : value;
}
