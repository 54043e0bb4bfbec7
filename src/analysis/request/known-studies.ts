import type { Study } from "../../store/studies/studies.js";
import type { StudyCache } from "./study-cache.js";

/** A part of a study, as a loader's key names it. */
export interface NamedPart {
  readonly studyId: string;
  readonly part: string;
}

/** Results that are derived of a study's rows, and that the requests of a revision share. */
export interface KeptResults {
  /** Returns the kept result; undefined if there is none, or if the request has not read the study's revision. */
  get(part: NamedPart): object | undefined;
  /** Keeps a result that every request of the revision would get. @param own the parts of it that are not also cached rows */
  keep(part: NamedPart, result: object, own: unknown): void;
}

/** The studies whose revision a request has read, through its own connection. Only their parts come from the cache. */
export interface KnownStudies extends KeptResults {
  /** Records studies. Returns them. */
  know<Row extends Pick<Study, "id" | "revision">>(studies: Row[]): Row[];
  /** Forgets all revisions: a mutation of the request has changed some. */
  forget(): void;
  /** Returns whether the cache has a part of a known study, or reads it. */
  has(part: NamedPart): boolean;
  /** Returns the value of each key: from the cache where its study is known, else as `read` returns it. */
  read<Key, Value extends object>(
    keys: readonly Key[],
    partOf: (key: Key) => NamedPart,
    read: (keys: readonly Key[]) => Promise<Value[]>,
  ): Promise<Value[]>;
}

/** Opens the known studies of a request: none at first. @param cache undefined to read everything anew */
export function openKnownStudies(cache: StudyCache | undefined): KnownStudies {
  const revisions = new Map<string, string>();
  return {
    know(studies) {
      for (const { id, revision } of studies) revisions.set(id, revision);
      return studies;
    },
    forget: () => revisions.clear(),
    has({ studyId, part }) {
      const revision = revisions.get(studyId);
      return cache !== undefined && revision !== undefined && cache.has({ studyId, revision, part });
    },
    get({ studyId, part }) {
      const revision = revisions.get(studyId);
      return revision === undefined ? undefined : cache?.get({ studyId, revision, part });
    },
    keep({ studyId, part }, result, own) {
      const revision = revisions.get(studyId);
      if (revision !== undefined) cache?.keep({ studyId, revision, part }, result, own);
    },
    async read(keys, partOf, read) {
      const parts = keys.flatMap((key) => {
        const named = partOf(key);
        const revision = revisions.get(named.studyId);
        return revision === undefined ? [] : [{ ...named, revision, key }];
      });
      // All in one statement if any study is unknown.
      if (cache === undefined || parts.length < keys.length) return read(keys);
      return cache.read(parts, (missing) => read(missing.map(({ key }) => key)));
    },
  };
}
