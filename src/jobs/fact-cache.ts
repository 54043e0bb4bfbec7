import { LRUCache } from "lru-cache";
import type { FactKindName } from "../model/computed-facts.js";
import { estimateBytes } from "../model/estimate-bytes.js";

/** Stored facts about weights, by their content keys. All are of this kernel version, and no write changes any. */
export interface FactCache {
  get(kind: FactKindName, key: string): object | undefined;
  set(kind: FactKindName, key: string, row: object): void;
}

/** @param maximumBytes estimated memory of all facts; with 0 it returns undefined */
export function openFactCache(maximumBytes: number): FactCache | undefined {
  if (maximumBytes <= 0) return undefined;
  const rows = new LRUCache<string, object>({
    maxSize: maximumBytes,
    sizeCalculation: (row, key) => Math.ceil(key.length + estimateBytes(row)),
  });
  return {
    get: (kind, key) => rows.get(`${kind} ${key}`),
    set: (kind, key, row) => void rows.set(`${kind} ${key}`, row),
  };
}
