import { v7 as newId } from "uuid";
import type { Execution } from "../../model/computed-facts.js";
import type { ComputePayload, FactItem, LayerWork } from "../../model/job-payloads.js";
import { updateKey, type UpdateRef, type WeightUpdate } from "../../model/weight-updates.js";
import type { NewJob } from "../../store/queue/enqueue.js";
import { traceParent } from "../../trace.js";
import type { FactKind } from "../fact-kinds/fact-kind.js";

/** Float64 elements of one stack: 16 Mi elements are 128 MB, twice that while they are copied. */
const MAX_STACK_ELEMENTS = 16 * 2 ** 20;
/** Elements of one job: about what a disk reads in a second, so that urgent jobs never wait long for it. */
const MAX_JOB_ELEMENTS = 64 * 2 ** 20;
/** Floating-point operations of one job: some seconds of one core. */
const MAX_JOB_FLOPS = 2e10;

/** The work of one job. */
interface JobPlan {
  /** The keys of its facts. */
  readonly facts: readonly string[];
  /** Returns the layers, without the facts that are not in `own`. */
  layersFor(own: ReadonlySet<string>): LayerWork[];
}

/** One layer's work with the key of each item's fact. */
interface PlannedLayer extends LayerWork {
  readonly shape: string;
  readonly facts: readonly string[];
  readonly elements: number;
  readonly flops: number;
}

/** Returns the jobs that compute the facts of distinct subjects; they are not queued yet. */
export function newJobs<Subject, Key extends object, Facts extends Execution>(
  kind: FactKind<Subject, Key, Facts>,
  subjects: readonly Subject[],
): NewJob[] {
  return planJobs(kind, subjects).map(({ facts, layersFor }) => {
    const id = newId();
    return {
      id,
      facts,
      payload: (own): ComputePayload => ({
        job: id,
        kind: kind.name,
        layers: layersFor(own),
        trace: traceParent(),
      }),
    };
  });
}

/**
 * Divides facts into few jobs: by layer shape, bounded in memory and time. The facts of one layer are computed from one stack
 * of its updates. Where that would be too large, the updates are divided into blocks, and each pair of blocks is a stack.
 */
export function planJobs<Subject, Key extends object, Facts extends Execution>(
  kind: FactKind<Subject, Key, Facts>,
  subjects: readonly Subject[],
): JobPlan[] {
  const layers = groupSubjects(kind, subjects).flatMap(stacksOf);
  return divideIntoJobs(layers).map((job) => ({
    facts: job.flatMap(({ facts }) => facts),
    layersFor: (own) => job.flatMap((layer) => restrict(layer, own) ?? []),
  }));
}

/** Combines layers of one shape, in their order, into jobs within the bounds. */
function divideIntoJobs(layers: readonly PlannedLayer[]): PlannedLayer[][] {
  const jobs: PlannedLayer[][] = [];
  const open = new Map<string, { layers: PlannedLayer[]; elements: number; flops: number }>();
  for (const layer of layers) {
    let job = open.get(layer.shape);
    const fits =
      job !== undefined &&
      job.elements + layer.elements <= MAX_JOB_ELEMENTS &&
      job.flops + layer.flops <= MAX_JOB_FLOPS;
    if (job === undefined || !fits) {
      job = { layers: [], elements: 0, flops: 0 };
      open.set(layer.shape, job);
      jobs.push(job.layers);
    }
    job.layers.push(layer);
    job.elements += layer.elements;
    job.flops += layer.flops;
  }
  return jobs;
}

interface Member {
  readonly update: WeightUpdate;
  readonly elements: number;
}

/** An item by the keys of its members. */
interface GroupItem {
  readonly left: string;
  readonly right: string;
  readonly scalingRatio: number;
  readonly fact: string;
}

/** The subjects of one layer and shape. */
interface Group {
  readonly shape: string;
  /** inFeatures + outFeatures */
  readonly features: number;
  /** Keyed by their update keys. */
  readonly members: Map<string, Member>;
  readonly items: GroupItem[];
}

function groupSubjects<Subject, Key extends object, Facts extends Execution>(
  kind: FactKind<Subject, Key, Facts>,
  subjects: readonly Subject[],
): Group[] {
  const groups = new Map<string, Group>();
  for (const subject of subjects) {
    const [left, right = left] = kind.updatesOf(subject);
    const { outFeatures, inFeatures } = shapeOf(left);
    const features = outFeatures + inFeatures;
    const shape = `${outFeatures} x ${inFeatures}`;
    const key = `${kind.groupOf(subject)} ${shape}`;
    const group: Group = groups.get(key) ?? { shape, features, members: new Map(), items: [] };
    groups.set(key, group);
    for (const update of [left, right]) {
      group.members.set(updateKey(update), { update, elements: update.factors.rank * features });
    }
    group.items.push({
      left: updateKey(left),
      right: updateKey(right),
      scalingRatio: kind.scalingRatioOf(subject),
      fact: kind.textOf(kind.keyOf(subject)),
    });
  }
  return [...groups.values()];
}

function shapeOf({ factors, rows }: WeightUpdate): { outFeatures: number; inFeatures: number } {
  const outFeatures = rows === undefined ? (factors.b.shape[0] ?? 0) : rows.to - rows.from;
  return { outFeatures, inFeatures: factors.a.shape[1] ?? 0 };
}

/** Returns one stack of all members where it fits, else one for each pair of blocks of members that some item joins. */
function stacksOf(group: Group): PlannedLayer[] {
  const blocks = blocksOf(group.members);
  const elements = totalElements([...group.members.values()]);
  const isOneStack = blocks.count === 1 || (blocks.count === 2 && elements <= MAX_STACK_ELEMENTS);
  const stacks = new Map<string, GroupItem[]>();
  for (const item of group.items) {
    const left = blocks.of.get(item.left) ?? 0;
    const right = blocks.of.get(item.right) ?? 0;
    const key = isOneStack ? "" : `${Math.min(left, right)} ${Math.max(left, right)}`;
    const stack = stacks.get(key) ?? [];
    stacks.set(key, stack);
    stack.push(item);
  }
  return [...stacks.values()].map((items) => plannedLayer(group, items));
}

/** Divides members into blocks of half a stack each, since two blocks share a stack. */
function blocksOf(members: ReadonlyMap<string, Member>): { of: Map<string, number>; count: number } {
  const of = new Map<string, number>();
  let block = 0;
  let elements = 0;
  for (const [key, member] of members) {
    if (elements > 0 && elements + member.elements > MAX_STACK_ELEMENTS / 2) {
      block++;
      elements = 0;
    }
    elements += member.elements;
    of.set(key, block);
  }
  return { of, count: block + 1 };
}

function plannedLayer({ shape, features, members }: Group, items: readonly GroupItem[]): PlannedLayer {
  const indices = new Map<string, number>();
  for (const key of items.flatMap(({ left, right }) => [left, right])) {
    if (!indices.has(key)) indices.set(key, indices.size);
  }
  const stacked = [...indices.keys()].flatMap((key) => members.get(key) ?? []);
  const rows = stacked.reduce((sum, { update }) => sum + update.factors.rank, 0);
  return {
    shape,
    members: stacked.map(({ update }): UpdateRef => ({ hash: update.factors.hash, rows: update.rows })),
    items: items.map(({ left, right, scalingRatio }): FactItem => [
      indices.get(left) ?? 0,
      indices.get(right) ?? 0,
      scalingRatio,
    ]),
    facts: items.map(({ fact }) => fact),
    elements: totalElements(stacked),
    flops: 2 * rows ** 2 * features,
  };
}

function totalElements(members: readonly Member[]): number {
  return members.reduce((sum, { elements }) => sum + elements, 0);
}

/** Returns the layer with only the items whose facts are in `own`, and only the members that these need. */
function restrict({ members, items, facts }: PlannedLayer, own: ReadonlySet<string>): LayerWork | undefined {
  const kept = items.filter((_, i) => own.has(facts[i] ?? ""));
  if (kept.length === items.length) return { members, items };
  if (kept.length === 0) return undefined;
  const needed = [...new Set(kept.flatMap(([left, right]) => [left, right]))].sort((one, other) => one - other);
  const indices = new Map(needed.map((member, i) => [member, i]));
  return {
    members: needed.flatMap((member) => members[member] ?? []),
    items: kept.map(([left, right, scalingRatio]): FactItem => [
      indices.get(left) ?? 0,
      indices.get(right) ?? 0,
      scalingRatio,
    ]),
  };
}
