import { SpanKind } from "@opentelemetry/api";
import { v7 as newId } from "uuid";
import { failure } from "../../errors.js";
import {
  modelSizeClass,
  type BehaviourFact,
  type BehaviourFacts,
  type BehaviourPayload,
  type BehaviourSubject,
  type StoredBehaviourFact,
} from "../../model/behaviour-facts.js";
import { BEHAVIOUR_VERSION } from "../../model/behaviour.js";
import { largest } from "../../model/extremes.js";
import type { FactRequest } from "../../model/weight-facts.js";
import { findBehaviourFacts } from "../../store/behaviour/facts.js";
import { enqueue, type NewJob } from "../../store/queue/enqueue.js";
import { behaviourTask } from "../../store/queue/tasks.js";
import { largestModelWorker } from "../../store/queue/workers.js";
import { inSpan, traceParent } from "../../trace.js";
import { requestFacts, type FactRequestOptions, type FactSource } from "../request-facts.js";
import { behaviourKey } from "./behaviour-key.js";

interface BehaviourFactsOptions extends FactRequestOptions {
  /** As for facts about weights: resolves with whether a worker runs or is starting. */
  readonly ensureWorker?: (() => Promise<boolean>) | undefined;
  /** Memory for models of the workers that this process starts, in bytes; undefined if it starts none. */
  readonly ownModelBytes?: number | undefined;
}

/**
 * Opens the facts about running models for a process that runs none itself. Each fact is a job of its own, which any worker with
 * enough memory for its models takes.
 */
export function openBehaviourFacts(options: BehaviourFactsOptions): BehaviourFacts {
  return {
    async find(subjects) {
      const keys = subjects.map(behaviourKey);
      const stored = new Map((await findBehaviourFacts(options.connection, keys)).map((row) => [row.key, row]));
      return keys.map((key) => stored.get(key));
    },
    request: (subjects, request) => requestFacts(options, sourceOf(options, request), subjects, request),
  };
}

function sourceOf(
  { connection, bounds, ensureWorker, ownModelBytes = 0 }: BehaviourFactsOptions,
  { urgency, requester }: FactRequest,
): FactSource<BehaviourSubject, StoredBehaviourFact, BehaviourFact> {
  return {
    keyOf: behaviourKey,
    async find(subjects) {
      const rows = await findBehaviourFacts(connection, subjects.map(behaviourKey));
      return new Map(rows.map((row) => [row.key, row]));
    },
    async queue(subjects) {
      const attributes = { "rankscope.kind": "BEHAVIOUR", "rankscope.facts": subjects.length };
      const queued = new Map<string, string>();
      await inSpan("enqueue", { kind: SpanKind.PRODUCER, attributes }, async () => {
        for (const [task, ofTask] of byTask(subjects)) {
          const options = { kind: "BEHAVIOUR", task, urgency, requester, bounds } as const;
          for (const [key, job] of await enqueue(connection, ofTask.map(newJob), options)) queued.set(key, job);
        }
      });
      return queued;
    },
    async missingWorker(subjects) {
      if (!((await ensureWorker?.()) ?? true)) return failure("NO_WORKER").message;
      const needed = largest(subjects.map(({ bytes }) => bytes));
      const available = Math.max(ownModelBytes, await largestModelWorker(connection));
      const gibibytes = modelSizeClass(needed);
      if (gibibytes !== undefined && gibibytes * 2 ** 30 <= available) return undefined;
      return failure("NO_MODEL_WORKER", {
        received: `a model that needs ${(needed / 2 ** 30).toFixed(1)} GiB`,
        allowed:
          available === 0
            ? "no living worker runs models"
            : `${(available / 2 ** 30).toFixed(1)} GiB of the largest worker`,
      }).message;
    },
    factsFor: (row) => row,
  };
}

function byTask(subjects: readonly BehaviourSubject[]): Map<string, BehaviourSubject[]> {
  const groups = new Map<string, BehaviourSubject[]>();
  for (const subject of subjects) groups.set(taskOf(subject), [...(groups.get(taskOf(subject)) ?? []), subject]);
  return groups;
}

function taskOf({ bytes }: BehaviourSubject): string {
  return behaviourTask(BEHAVIOUR_VERSION, modelSizeClass(bytes));
}

function newJob({ bytes: _, ...subject }: BehaviourSubject): NewJob {
  const id = newId();
  const key = behaviourKey(subject);
  return {
    id,
    facts: [key],
    payload: (): BehaviourPayload => ({ job: id, key, ...subject, trace: traceParent() }),
  };
}
