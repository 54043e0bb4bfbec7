import type { FactKind } from "./fact-kinds.js";
import { updateKey } from "../model/weight-updates.js";
import type { Item, LayerWork } from "../model/job-payloads.js";
import type { UpdateRef } from "../model/weight-updates.js";
import type { WeightUpdate } from "../model/weight-updates.js";
import type { Execution } from "../model/computed-facts.js";

/** Float64 elements of one stack: 16 Mi elements are 128 MB, twice that while they are copied. */
const STACK_ELEMENTS = 16 * 2 ** 20;
/** Elements of one job: about what a disk reads in a second, so that urgent jobs never wait long behind it. */
const JOB_ELEMENTS = 64 * 2 ** 20;
/** Floating-point operations of one job: some seconds of one core. */
const JOB_FLOPS = 2e10;

/** One layer's work with the facts that it finds, item by item. */
interface Planned extends LayerWork {
  readonly facts: readonly string[];
  readonly elements: number;
  readonly flops: number;
}

/** The work of one job. */
export interface JobPlan {
  readonly facts: readonly string[];
  /** The layers, without what is not among `own`. */
  layersFor(own: ReadonlySet<string>): LayerWork[];
}

/**
 * Divides what is to be found into few jobs: by layer shape, bounded in memory and time. Facts about one layer's updates
 * are found from one stack of them; where the stack would be too large it is cut into blocks, and each pair of blocks is
 * a stack of its own.
 */
export function planJobs<Asked, Key, Facts extends Execution>(
  kind: FactKind<Asked, Key, Facts>,
  asked: readonly Asked[],
): JobPlan[] {
  const jobs: Planned[][] = [];
  const open = new Map<string, { job: Planned[]; elements: number; flops: number }>();
  for (const { shape, layer } of layersOf(kind, asked)) {
    let current = open.get(shape);
    if (
      current === undefined ||
      current.elements + layer.elements > JOB_ELEMENTS ||
      current.flops + layer.flops > JOB_FLOPS
    ) {
      current = { job: [], elements: 0, flops: 0 };
      open.set(shape, current);
      jobs.push(current.job);
    }
    current.job.push(layer);
    current.elements += layer.elements;
    current.flops += layer.flops;
  }
  return jobs.map((layers) => ({
    facts: layers.flatMap(({ facts }) => facts),
    layersFor: (own) => layers.flatMap((layer) => restricted(layer, own) ?? []),
  }));
}

interface Member {
  readonly part: WeightUpdate;
  readonly elements: number;
}

interface GroupItem {
  readonly left: string;
  readonly right: string;
  readonly ratio: number;
  readonly fact: string;
}

interface Group {
  readonly shape: string;
  readonly features: number;
  readonly members: Map<string, Member>;
  readonly items: GroupItem[];
}

function layersOf<Asked, Key, Facts extends Execution>(
  kind: FactKind<Asked, Key, Facts>,
  asked: readonly Asked[],
): { shape: string; layer: Planned }[] {
  const groups = new Map<string, Group>();
  for (const one of asked) {
    const parts = kind.partsOf(one);
    const [left, right = left] = parts;
    if (left === undefined || right === undefined) continue;
    const [out, inward] = shapeOf(left);
    const shape = `${out} x ${inward}`;
    const key = `${kind.groupOf(one)} ${shape}`;
    const group: Group = groups.get(key) ?? { shape, features: out + inward, members: new Map(), items: [] };
    groups.set(key, group);
    for (const part of parts)
      group.members.set(updateKey(part), { part, elements: part.factors.rank * (out + inward) });
    const ratio = kind.ratioOf(one);
    group.items.push({ left: updateKey(left), right: updateKey(right), ratio, fact: kind.textOf(kind.keyOf(one)) });
  }
  return [...groups.values()].flatMap((group) => stacksOf(group).map((layer) => ({ shape: group.shape, layer })));
}

/** Rows of the part's B, and columns of A. */
function shapeOf({ factors, rows }: WeightUpdate): [number, number] {
  const out = rows === undefined ? (factors.b.shape[0] ?? 0) : rows.to - rows.from;
  return [out, factors.a.shape[1] ?? 0];
}

/** One stack of all members where it fits, else one for each pair of blocks of members that some item joins. */
function stacksOf({ features, members, items }: Group): Planned[] {
  const blocks = new Map<string, number>();
  let block = 0;
  let elements = 0;
  for (const [key, member] of members) {
    // Two blocks share a stack.
    if (elements > 0 && elements + member.elements > STACK_ELEMENTS / 2) {
      block++;
      elements = 0;
    }
    elements += member.elements;
    blocks.set(key, block);
  }
  const isWhole = block === 0 || (block === 1 && total([...members.values()]) <= STACK_ELEMENTS);
  const stacks = new Map<string, GroupItem[]>();
  for (const item of items) {
    const [one = 0, other = 0] = [blocks.get(item.left), blocks.get(item.right)];
    const key = isWhole ? "" : `${Math.min(one, other)} ${Math.max(one, other)}`;
    const stack = stacks.get(key) ?? [];
    stacks.set(key, stack);
    stack.push(item);
  }
  return [...stacks.values()].map((stack) => {
    const places = new Map<string, number>();
    for (const { left, right } of stack)
      for (const key of [left, right]) if (!places.has(key)) places.set(key, places.size);
    const stacked = [...places.keys()].flatMap((key) => members.get(key) ?? []);
    const rows = stacked.reduce((sum, { part }) => sum + part.factors.rank, 0);
    return {
      members: stacked.map(({ part }): UpdateRef => ({ hash: part.factors.hash, rows: part.rows })),
      items: stack.map(({ left, right, ratio }): Item => [places.get(left) ?? 0, places.get(right) ?? 0, ratio]),
      facts: stack.map(({ fact }) => fact),
      elements: total(stacked),
      flops: 2 * rows ** 2 * features,
    };
  });
}

const total = (members: readonly Member[]) => members.reduce((sum, { elements }) => sum + elements, 0);

/** The layer with only the items whose facts are in `own`, and only the members that they need. */
function restricted({ members, items, facts }: Planned, own: ReadonlySet<string>): LayerWork | undefined {
  const kept = items.filter((_, i) => own.has(facts[i] ?? ""));
  if (kept.length === items.length) return { members, items };
  if (kept.length === 0) return undefined;
  const needed = [...new Set(kept.flatMap(([left, right]) => [left, right]))].sort((one, other) => one - other);
  const places = new Map(needed.map((place, i) => [place, i]));
  return {
    members: needed.flatMap((place) => members[place] ?? []),
    items: kept.map(([left, right, ratio]): Item => [places.get(left) ?? 0, places.get(right) ?? 0, ratio]),
  };
}
