/** A file of evaluation items, checked and read in place. */
export interface EvaluationSetRecord {
  /** Name in queries and commands. */
  readonly name: string;
  /** Absolute, with links resolved. */
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  /** State of the file when it was read. In another state it is read again before it is used. */
  readonly stamp: string;
  /** SHA-256 of the items in their order. */
  readonly hash: string;
  readonly items: number;
  /** Number of items by kind: TEXT, COMPLETION, MESSAGES, TOKENS, ... */
  readonly kinds: Readonly<Record<string, number>>;
  /** UTF-16 units of all texts. */
  readonly characters: number;
  /** Token ids of the items that consist of them. */
  readonly givenTokens: number;
  /** Slugs of studies whose runs recorded their evaluation loss on these items. */
  readonly ownDataOf: readonly string[];
}

/** Names that evaluation sets may have. */
export const EVALUATION_SET_NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u;
