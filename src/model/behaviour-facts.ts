/** Requests for facts about models that run on an evaluation set, and their results. */

import type { BehaviourKind, ServedModel } from "./behaviour.js";
import type { FactRequest, FactResult, StoredFact } from "./weight-facts.js";

/** A model as it is run, and the checkpoint in which a worker finds its adapter. */
export interface LocatedModel extends ServedModel {
  /** Id of a checkpoint with the adapter; null for the base model itself. */
  readonly checkpoint: string | null;
}

/** Options that change the values, besides models and items. */
export interface BehaviourOptions {
  /** GENERATION: maximum number of tokens after the prompt. */
  readonly newTokens?: number;
}

/** The subject of a fact: a kind of measurement, one model or a reference and a candidate, and a set. */
export interface BehaviourSubject {
  readonly kind: BehaviourKind;
  /** One model; the reference and the candidate for DIVERGENCE, SENSITIVITY and WEIGHT_GAP. */
  readonly models: readonly [LocatedModel, LocatedModel?];
  /** Hash of the set's items, and the set's name for messages; null for WEIGHT_GAP. */
  readonly evaluationSet: { readonly hash: string; readonly name: string } | null;
  readonly options: BehaviourOptions;
  /** Bytes that the weights of all models need in float32; it decides which workers may take the job. */
  readonly bytes: number;
}

/** Items without values. */
export interface LeftOutItems {
  readonly count: number;
  /** Reason in one sentence. */
  readonly reason: string;
  /** Lines of the first of them, from 1. */
  readonly lines: readonly number[];
}

/** A complete fact. Its values are read by its key. */
export interface BehaviourFact {
  readonly key: string;
  /** Execution provider; several, separated by commas, if runs of its job used several. The precision likewise. */
  readonly provider: string;
  readonly precision: string;
  /** Why another provider than the selected one computed it; null where the selected one did. */
  readonly fallback: string | null;
  /** Items with values. */
  readonly items: number;
  /** Tokens that the models read: all tokens of these items. */
  readonly tokens: number;
  readonly scoredTokens: number;
  readonly leftOut: LeftOutItems | null;
  readonly computedAt: Date;
}

export type BehaviourResult = FactResult<BehaviourFact>;

/** A queued measurement. */
export interface BehaviourPayload extends Omit<BehaviourSubject, "bytes"> {
  /** The job's id. */
  readonly job: string;
  /** Key of the fact. */
  readonly key: string;
  /** The W3C traceparent of the request that queued the job; undefined where that was not traced. */
  readonly trace?: string | undefined;
}

/** Facts about running models: stored facts are looked up; missing ones are queued for a worker. */
export interface BehaviourFacts {
  /** Returns the stored fact of each subject, in their order; undefined where none is stored. Queues nothing. */
  find(subjects: readonly BehaviourSubject[]): Promise<(StoredBehaviourFact | undefined)[]>;
  /** Returns the result of each subject, in their order. */
  request(subjects: readonly BehaviourSubject[], request: FactRequest): Promise<BehaviourResult[]>;
}

/** A fact as it is stored with its metadata. */
export type StoredBehaviourFact = BehaviourFact & StoredFact;

/** Maximum tokens of a set that models run on: each scored token of a pair has 17 bytes, which are read at once. */
export const MAX_MEASURED_TOKENS = 2_000_000;

/** Sizes of models in GiB. Each has a queue of its own, which the workers with enough memory serve. */
export const MODEL_SIZE_CLASSES = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024] as const;

/** Returns the smallest class, in GiB, that holds `bytes`; undefined if none does. */
export function modelSizeClass(bytes: number): number | undefined {
  return MODEL_SIZE_CLASSES.find((gibibytes) => bytes <= gibibytes * 2 ** 30);
}
