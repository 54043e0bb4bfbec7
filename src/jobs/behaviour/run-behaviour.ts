import { failure } from "../../errors.js";
import type { BehaviourPayload, LocatedModel } from "../../model/behaviour-facts.js";
import { BEHAVIOUR_VERSION } from "../../model/behaviour.js";
import type { UncomparedTensor } from "../../model/records.js";
import { adapterHash } from "../../store/behaviour/adapter-identity.js";
import { adapterOfCheckpoint } from "../../store/behaviour/adapter-of-checkpoint.js";
import { beginBehaviourFact, completeBehaviourFact, saveBehaviourItems } from "../../store/behaviour/facts.js";
import { baseModelByHash } from "../../store/base-models.js";
import type { Connection } from "../../store/connection.js";
import { evaluationSetsByHash } from "../../store/evaluation-sets.js";
import { touchJob } from "../../store/queue/jobs.js";
import { beginJob, endJob } from "../../store/queue/progress.js";
import { countFact, type JobCounters } from "../job-run.js";
import type { ModelPool } from "./model-pool.js";
import type { AdapterLocation, TaskModel, TaskSet } from "./model-task.js";

/** The number of items of a fact that are stored, and how many there are. */
interface Progress {
  done: number;
  total: number;
  tokens: number;
}

/**
 * Runs one queued measurement. Values are stored while it runs, so that a job that runs again measures the remaining items only.
 *
 * @param counters are updated as values are stored, also where the job fails later
 * @throws the errors of the models, the set and the adapters; the signal's reason
 */
export async function runBehaviour(
  connection: Connection,
  pool: ModelPool,
  payload: BehaviourPayload,
  signal: AbortSignal,
  counters: JobCounters,
): Promise<void> {
  const { job, key, kind, models, options } = payload;
  const waitSeconds = await beginJob(connection, job);
  if (waitSeconds === undefined) return;
  counters.waitSeconds = waitSeconds;
  const begun = await beginBehaviourFact(connection, key, payload, BEHAVIOUR_VERSION);
  if (!begun.isComplete) {
    const located = models.flatMap((model) => (model === undefined ? [] : [taskModel(connection, model)]));
    const task = {
      kind,
      models: await Promise.all(located),
      set: await taskSet(connection, payload),
      options,
      stored: begun.stored,
    };
    const progress: Progress = { done: begun.stored.length, total: 0, tokens: 0 };
    const report = (message: string) =>
      touchJob(connection, job, { done: progress.done, total: Math.max(1, progress.total), message });
    const result = await pool.run(task, signal, {
      async save({ items, execution, seconds, tokens }) {
        progress.done += await saveBehaviourItems(connection, key, items, { ...execution, seconds });
        progress.tokens += tokens;
        counters.computeSeconds += seconds;
        countFact(counters, execution);
        await report(progressText(kind, progress));
      },
      progress(message) {
        if ("total" in message) progress.total = message.total;
        // The next message has the same progress.
        void report("state" in message ? message.state : progressText(kind, progress)).catch(() => undefined);
      },
    });
    signal.throwIfAborted();
    await completeBehaviourFact(connection, key, result);
  }
  await endJob(connection, job, { status: "SUCCEEDED", message: "done", result: { failed: {} } });
}

function progressText(kind: string, { done, total, tokens }: Progress): string {
  const count = (value: number) => value.toLocaleString("en-US");
  if (kind === "WEIGHT_GAP") return `weight gap: ${count(done)} of ${count(total)} layers`;
  return `${kind.toLowerCase()}: ${count(done)} of ${count(total)} items; ${count(tokens)} tokens in this run`;
}

async function taskModel(connection: Connection, model: LocatedModel): Promise<TaskModel> {
  const base = await baseModelByHash(connection, model.base);
  if (base === undefined) throw failure("MODEL_NOT_FOUND", { received: `base model of SHA-256 ${model.base}` });
  const adapter = model.adapter === null ? null : await adapterLocation(connection, model);
  const { quantization, form } = model;
  return { base: base.hash, name: base.names.at(-1) ?? "base", files: base.files, quantization, adapter, form };
}

/** @throws WEIGHTS_MISSING if no checkpoint has the adapter any more */
async function adapterLocation(
  connection: Connection,
  { checkpoint, adapter: hash }: LocatedModel,
): Promise<AdapterLocation> {
  const stored = checkpoint === null ? undefined : await adapterOfCheckpoint(connection, checkpoint);
  if (stored === undefined || hash === null) {
    throw failure("WEIGHTS_MISSING", { received: "an adapter that no stored checkpoint has any more" });
  }
  const magnitudes = magnitudeNames(stored.uncompared);
  const layers = stored.layers.map(({ name, factors }) => ({ name, scaling: factors.scaling, factors }));
  const content = {
    layers: layers.map(({ name, scaling, factors }) => ({ name, scaling, hash: factors.hash })),
    magnitudesIn: magnitudes.length === 0 ? null : stored.hash,
  };
  if (adapterHash(content) !== hash) {
    throw failure("WEIGHTS_CHANGED", {
      where: stored.run,
      received: "an adapter that was imported again with other weights or scalings",
    });
  }
  return { run: stored.run, hash, layers, magnitudes, files: stored.files };
}

function magnitudeNames(uncompared: readonly UncomparedTensor[]): string[] {
  return uncompared.filter(({ kind }) => kind === "DORA_MAGNITUDE").map(({ name }) => name);
}

/** @throws EVALUATION_SET_NOT_FOUND */
async function taskSet(connection: Connection, { evaluationSet }: BehaviourPayload): Promise<TaskSet | null> {
  if (evaluationSet === null) return null;
  const sets = await evaluationSetsByHash(connection, evaluationSet.hash);
  const set = sets.find(({ name }) => name === evaluationSet.name) ?? sets[0];
  if (set === undefined) throw failure("EVALUATION_SET_NOT_FOUND", { received: evaluationSet.name });
  const { name, path, stamp, hash } = set;
  return { name, path, stamp, hash };
}
