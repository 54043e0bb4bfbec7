/** An item of an evaluation set as a model reads it. */
export interface EncodedItem {
  /** Line of the file, from 1. */
  readonly line: number;
  readonly ids: Int32Array;
  /** One entry per token: 1 if its prediction from the tokens before it is scored. The first token has none before it. */
  readonly scored: Uint8Array;
  /** Number of scored tokens. It is 0 for an item of one token. */
  readonly scoredTokens: number;
  /** Tokens that a continuation follows: the prompt encoded alone, the conversation before its last answer, or the whole text. */
  readonly prompt: Int32Array;
  /** The answers of a multiple-choice question; null for other items. */
  readonly choices: EncodedChoices | null;
}

export interface EncodedChoices {
  /** Two or more. */
  readonly answers: readonly EncodedAnswer[];
  /** Index of the right answer; null if the item does not tell. */
  readonly right: number | null;
}

export interface EncodedAnswer {
  /** The prompt followed by the answer. */
  readonly ids: Int32Array;
  /** Index of the first token that is scored as the answer, 1 or more. */
  readonly start: number;
  /** Unicode code points of the answer, as Python counts characters. */
  readonly characters: number;
}
