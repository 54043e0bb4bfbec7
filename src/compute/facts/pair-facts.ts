import type { Execution, PairFacts } from "../../model/computed-facts.js";
import type { KernelRun, LayerTask, Pair } from "../engine-types.js";
import type { Sessions } from "../onnx/sessions.js";
import { closeDistance, MIN_PLAIN_SHARE } from "./close-distance.js";
import { innerProducts, type InnerProducts } from "./inner-products.js";
import {
  distanceScale,
  isDefined,
  isFiniteUpdate,
  isFloat32Accurate,
  pairProducts,
  plainDistance,
  type FactorPair,
  type PairProducts,
} from "./pair-products.js";

/**
 * Compares pairs of updates of layers of one shape with one number of members each. Pairs for which float32 is not accurate
 * enough are computed again on the CPU in float64, where the distance of close updates is computed by another formula
 * (see `closeDistance`).
 */
export async function pairFacts(layers: readonly LayerTask[], run: KernelRun): Promise<PairFacts[][]> {
  const products = await innerProducts(
    run.selected,
    layers.map(({ members }) => members),
  );
  return Promise.all(
    layers.map((layer, i) => {
      const ofLayer = products[i];
      if (ofLayer === undefined) throw new Error("The inner products of a layer are missing.");
      return layerFacts(layer, ofLayer, run);
    }),
  );
}

async function layerFacts(
  { members, pairs }: LayerTask,
  products: InnerProducts,
  run: KernelRun,
): Promise<PairFacts[]> {
  // This is computed once per member, not once per pair: 64 members have 2016 pairs.
  const isFinite = run.selected.precision === "float32" ? members.map(isFiniteUpdate) : [];
  const facts: PairFacts[] = [];
  for (const pair of pairs) {
    const factorPair = withFactors(pair, members);
    const ofPair = pairProducts(products, pair.left, pair.right);
    const areFinite = isFinite[pair.left] === true && isFinite[pair.right] === true;
    const computed =
      run.selected.precision === "float64"
        ? float64Facts(factorPair, ofPair, run)
        : float32Facts(factorPair, ofPair, areFinite, run);
    // Most pairs are computed synchronously; awaiting thousands of them would take longer than computing them.
    facts.push(computed instanceof Promise ? await computed : computed);
  }
  return facts;
}

function withFactors(pair: Pair, members: LayerTask["members"]): FactorPair {
  const [leftFactors, rightFactors] = [members[pair.left], members[pair.right]];
  if (leftFactors === undefined || rightFactors === undefined) {
    throw new Error(`A pair refers to member ${pair.left} or ${pair.right} of ${members.length}.`);
  }
  return { ...pair, leftFactors, rightFactors };
}

/** Returns the facts from float32 products where these are accurate enough; otherwise computes them again in float64. */
function float32Facts(
  pair: FactorPair,
  products: PairProducts,
  areFinite: boolean,
  run: KernelRun,
): PairFacts | Promise<PairFacts> {
  if (!areFinite || !isFloat32Accurate(products, pair.scalingRatio)) return recomputed(pair, run);
  const distance = plainDistance(products, pair.scalingRatio);
  return { ...measuredFacts(products, pair, distance), ...executionOf(run.selected, run) };
}

async function recomputed({ leftFactors, rightFactors, scalingRatio }: FactorPair, run: KernelRun): Promise<PairFacts> {
  const layer = { members: [leftFactors, rightFactors], pairs: [{ left: 0, right: 1, scalingRatio }] };
  const [facts] = await pairFacts([layer], { ...run, selected: run.cpu });
  return facts?.[0] ?? { ...UNDEFINED_FACTS, ...executionOf(run.cpu, run) };
}

/** Returns the facts from float64 products, without a promise unless the distance needs another formula. */
function float64Facts(pair: FactorPair, products: PairProducts, run: KernelRun): PairFacts | Promise<PairFacts> {
  const execution = executionOf(run.selected, run);
  if (!isDefined(products, pair)) return { ...UNDEFINED_FACTS, ...execution };
  const plain = plainDistance(products, pair.scalingRatio);
  if (plain >= MIN_PLAIN_SHARE * distanceScale(products, pair.scalingRatio)) {
    return { ...measuredFacts(products, pair, plain), ...execution };
  }
  return closeDistance(run.selected, pair).then((distance) => ({
    ...measuredFacts(products, pair, distance),
    ...execution,
  }));
}

function executionOf({ provider, precision }: Sessions, { fallback }: KernelRun): Execution {
  return { provider, precision, fallback };
}

const UNDEFINED_FACTS = {
  innerProduct: null,
  leftSquaredNorm: null,
  rightSquaredNorm: null,
  squaredDistance: null,
  initialCosine: null,
} as const;

function measuredFacts(
  products: PairProducts,
  { leftFactors, rightFactors }: FactorPair,
  squaredDistance: number,
): Omit<PairFacts, keyof Execution> {
  const { product, left, right, initialProduct, initialLeft, initialRight } = products;
  const initial = initialProduct / (Math.sqrt(initialLeft) * Math.sqrt(initialRight));
  const isComparable = leftFactors.rank === rightFactors.rank && Number.isFinite(initial);
  return {
    innerProduct: product,
    leftSquaredNorm: left,
    rightSquaredNorm: right,
    squaredDistance: Math.max(0, squaredDistance),
    initialCosine: isComparable ? Math.min(1, Math.max(-1, initial)) : null,
  };
}
