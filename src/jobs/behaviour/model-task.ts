/** The messages between a worker and its model thread. */

import type { MessagePort } from "node:worker_threads";
import type { ErrorCode, ErrorDetail } from "../../errors.js";
import type { BaseModelFile } from "../../model/base-models.js";
import type { BehaviourOptions, LeftOutItems } from "../../model/behaviour-facts.js";
import type { BehaviourKind, ServedForm } from "../../model/behaviour.js";
import type { Execution } from "../../model/computed-facts.js";
import type { WeightFile } from "../../model/weight-store.js";
import type { FactorLocation } from "../../model/weight-updates.js";
import type { WeightQuantization } from "../../model/weight-quantization.js";

/** An adapter's location. */
export interface AdapterLocation {
  /** Name of the run, for messages. */
  readonly run: string;
  /** Content hash, by which prepared adapters are kept. */
  readonly hash: string;
  readonly layers: readonly {
    readonly name: string;
    readonly scaling: number;
    readonly factors: FactorLocation;
  }[];
  /** Names of the tensors with DoRA's magnitudes; empty without DoRA. */
  readonly magnitudes: readonly string[];
  /** The weight files with these tensors. */
  readonly files: readonly WeightFile[];
}

/** A model that a task runs. */
export interface TaskModel {
  /** Content hash of the base. */
  readonly base: string;
  /** Name of the base, for messages. */
  readonly name: string;
  readonly files: readonly BaseModelFile[];
  readonly quantization: WeightQuantization | null;
  readonly adapter: AdapterLocation | null;
  readonly form: ServedForm;
}

/** The file of an evaluation set. */
export interface TaskSet {
  readonly name: string;
  readonly path: string;
  readonly stamp: string;
  readonly hash: string;
}

/** One measurement, or the rest of one. */
export interface ModelTask {
  readonly kind: BehaviourKind;
  readonly models: readonly TaskModel[];
  /** Null for WEIGHT_GAP. */
  readonly set: TaskSet | null;
  readonly options: BehaviourOptions;
  /** Positions of the items that are stored already. */
  readonly stored: readonly number[];
  /** Receives ModelMessages, and sends WorkerMessages. */
  readonly port: MessagePort;
}

/** A message of the model thread. It sends no further values before it has received `saved`. */
export type ModelMessage =
  /** The preparation that the thread is busy with before its first value. */
  | { readonly state: string }
  /** Number of items of the set that have values, stored ones included. */
  | { readonly total: number; readonly done: number }
  | {
      readonly items: readonly { readonly position: number; readonly bytes: Uint8Array }[];
      readonly execution: Execution;
      /** Compute time since the last message. */
      readonly seconds: number;
      /** Tokens of these items. */
      readonly tokens: number;
    };

/** A message of the worker. */
export type WorkerMessage = "saved" | "stop";

/** Why a task failed. Errors lose their class between threads. */
export interface ModelFailure {
  readonly error: { readonly code: ErrorCode; readonly detail: ErrorDetail };
}

/** The result of a task: the size of the whole set, with the items that were stored before. */
export interface ModelResult {
  readonly tokens: number;
  readonly scoredTokens: number;
  readonly leftOut: LeftOutItems | null;
}

/** Returns a reference on the full-precision base and a candidate on the quantized one, with its quantization. */
export function quantizedPair([reference, candidate]: readonly TaskModel[]) {
  const quantization = candidate?.quantization ?? null;
  if (reference === undefined || candidate === undefined || quantization === null) {
    throw new Error("The task needs a reference and a candidate on a quantized base.");
  }
  return { reference, candidate, quantization };
}
