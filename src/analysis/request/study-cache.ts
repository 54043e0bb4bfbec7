import { LRUCache } from "lru-cache";
import { estimateBytes } from "../../model/estimate-bytes.js";

/** A part of a study at one revision. After each write to a study, its runs or what belongs to them it has another revision. */
export interface StudyPart {
  readonly studyId: string;
  readonly revision: string;
  /** Names what is read of the study. */
  readonly part: string;
}

/**
 * Rows of studies that the requests of a server share. A request names the revision that it read itself: its rows are at least
 * as new as that read, and a principal without access to a study has no revision to name.
 */
export interface StudyCache {
  /** Returns the value of each key, in their order. Those that are neither cached nor being read are read in one call. */
  read<Key extends StudyPart, Value extends object>(
    keys: readonly Key[],
    read: (keys: readonly Key[]) => Promise<readonly Value[]>,
  ): Promise<Value[]>;
  /** Returns whether a value is cached, or being read. */
  has(key: StudyPart): boolean;
  /** Returns what was kept for a key; undefined if nothing is. */
  get(key: StudyPart): object | undefined;
  /**
   * Keeps a result that every request of this revision would derive, whoever sends it.
   *
   * @param own the parts of it that are not also cached rows
   */
  keep(key: StudyPart, result: object, own: unknown): void;
}

/** Bytes of what analyses derive from rows and keep with them, as a multiple of the rows' own. */
const DERIVED_SHARE = 1;

/** Memory of kept results, as a share of all: they must not displace the rows, which are read anew for each request then. */
const RESULTS_SHARE = 1 / 4;

/** @param maximumBytes estimated memory of all rows and of what is derived from them; 0 caches nothing */
export function openStudyCache(maximumBytes: number): StudyCache {
  const cached = new LRUCache<string, object>({
    maxSize: Math.max(1, maximumBytes * (1 - RESULTS_SHARE)),
    sizeCalculation: (value, key) => Math.ceil(key.length + (1 + DERIVED_SHARE) * estimateBytes(value)),
  });
  const results = new LRUCache<string, object>({ maxSize: Math.max(1, maximumBytes * RESULTS_SHARE) });
  const reading = new Map<string, Promise<object>>();

  function readKey(key: string, value: Promise<object>): void {
    reading.set(key, value);
    value.then(
      (result) => {
        if (maximumBytes > 0) cached.set(key, result);
        if (reading.get(key) === value) reading.delete(key);
      },
      () => {
        if (reading.get(key) === value) reading.delete(key);
      },
    );
  }

  /** Reads the values of keys in one call. */
  async function readTogether<Key extends StudyPart>(
    keys: readonly Key[],
    read: (keys: readonly Key[]) => Promise<readonly object[]>,
    found: Map<string, object>,
  ): Promise<void> {
    if (keys.length === 0) return;
    const values = read(keys);
    keys.forEach((key, i) =>
      readKey(
        textOf(key),
        values.then((all) => valueAt(all, i)),
      ),
    );
    const all = await values;
    keys.forEach((key, i) => found.set(textOf(key), valueAt(all, i)));
  }

  return {
    async read<Key extends StudyPart, Value extends object>(
      keys: readonly Key[],
      read: (keys: readonly Key[]) => Promise<readonly Value[]>,
    ) {
      const found = new Map<string, object>();
      const others: Promise<unknown>[] = [];
      const missing: Key[] = [];
      for (const key of keys) {
        const text = textOf(key);
        const value = cached.get(text);
        const other = reading.get(text);
        if (value !== undefined) found.set(text, value);
        else if (other === undefined) missing.push(key);
        else others.push(other.then((result) => found.set(text, result)));
      }
      await Promise.all([readTogether(missing, read, found), Promise.allSettled(others)]);
      // Another request may have failed for a reason of its own, such as its connection.
      await readTogether(
        keys.filter((key) => !found.has(textOf(key))),
        read,
        found,
      );
      return keys.map((key) => found.get(textOf(key)) as Value);
    },
    has: (key) => cached.has(textOf(key)) || reading.has(textOf(key)),
    get: (key) => results.get(textOf(key)),
    keep(key, result, own) {
      const text = textOf(key);
      if (maximumBytes > 0) results.set(text, result, { size: Math.ceil(text.length + estimateBytes(own)) });
    },
  };
}

function textOf({ studyId, revision, part }: StudyPart): string {
  return `${studyId} ${revision} ${part}`;
}

function valueAt<Value>(values: readonly Value[], i: number): Value {
  const value = values[i];
  if (value === undefined) throw new Error("A read of studies returned fewer values than keys.");
  return value;
}
