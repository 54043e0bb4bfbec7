import { failure, type ErrorCode } from "../../errors.js";
import { MAX_LOGGED_CURVES, MAX_LOGGED_NAME_CHARACTERS, MAX_LOGGED_POINTS, MAX_LOGGED_SETTINGS } from "../limits.js";
import type { LoggedCurve, RunLog } from "./run-log.js";

/** Keys whose values are credentials. They are never stored. */
const SECRET_KEY = /(^|[._-])(token|api_?key|access_?key|password|passwd|secret)$/i;

/** The points of one curve in the order in which they were logged. */
interface GrowingCurve {
  readonly steps: number[];
  readonly values: number[];
  readonly wallTimes: number[];
  hasWallTimes: boolean;
  isAscending: boolean;
}

/** Collects the record of one run while its file is read. Every maximum is checked as values arrive. */
export class RunLogBuilder {
  name: string | null = null;
  startedAt: number | null = null;
  /** Whether the steps of all points are epochs. */
  byEpoch = false;
  #points = 0;
  readonly #curves = new Map<string, GrowingCurve>();
  readonly #metrics = new Map<string, number>();
  readonly #settings = new Map<string, unknown>();

  /**
   * @param where name of the file in messages
   * @param code code of the error that is thrown above a maximum
   */
  constructor(
    readonly where: string,
    readonly code: ErrorCode,
  ) {}

  /** Whether nothing was added yet. */
  get isEmpty(): boolean {
    return this.#curves.size === 0 && this.#metrics.size === 0 && this.#settings.size === 0;
  }

  /** Adds a point of a curve. A later point of the same step replaces it: training continued from there. */
  addPoint(name: string, step: number, value: number, wallTime: number | null): void {
    const curve = this.#curves.get(name) ?? this.#addCurve(name);
    this.#points += 1;
    // The message is made only if it is needed: this runs for every point.
    if (this.#points > MAX_LOGGED_POINTS) this.#require(false, `more than ${MAX_LOGGED_POINTS} points`);
    const last = curve.steps[curve.steps.length - 1];
    if (last !== undefined && last >= step) curve.isAscending = false;
    if (wallTime === null) curve.hasWallTimes = false;
    curve.steps.push(step);
    curve.values.push(value);
    curve.wallTimes.push(wallTime ?? NaN);
  }

  addMetric(name: string, value: number): void {
    this.#requireName(name);
    this.#metrics.set(name, value);
    this.#require(this.#metrics.size <= MAX_LOGGED_CURVES, `more than ${MAX_LOGGED_CURVES} metrics`);
  }

  /** Adds a setting; a later value replaces an earlier one. Null and credentials are left out, at every level. */
  addSetting(key: string, value: unknown): void {
    if (value === null || value === undefined || SECRET_KEY.test(key)) return;
    this.#requireName(key);
    this.#settings.set(key, withoutCredentials(value));
    this.#require(this.#settings.size <= MAX_LOGGED_SETTINGS, `more than ${MAX_LOGGED_SETTINGS} settings`);
  }

  build(damage: string | null): RunLog {
    return {
      name: this.name,
      startedAt: this.startedAt,
      settings: this.#settings,
      metrics: this.#metrics,
      curves: new Map([...this.#curves].map(([name, curve]) => [name, finished(curve, this.byEpoch)])),
      damage,
    };
  }

  /** Builds the record. @throws the builder's error if the file had nothing to record */
  buildUnlessEmpty(damage: string | null): RunLog {
    if (this.isEmpty && damage !== null) throw failure(this.code, { where: this.where, received: damage });
    return this.build(damage);
  }

  #addCurve(name: string): GrowingCurve {
    this.#requireName(name);
    this.#require(this.#curves.size < MAX_LOGGED_CURVES, `more than ${MAX_LOGGED_CURVES} curves`);
    const curve = { steps: [], values: [], wallTimes: [], hasWallTimes: true, isAscending: true };
    this.#curves.set(name, curve);
    return curve;
  }

  #requireName(name: string): void {
    this.#require(
      name.length <= MAX_LOGGED_NAME_CHARACTERS,
      `a name of more than ${MAX_LOGGED_NAME_CHARACTERS} characters`,
    );
  }

  #require(fits: boolean, received: string): void {
    if (!fits) throw failure(this.code, { where: this.where, received });
  }
}

function finished(curve: GrowingCurve, byEpoch: boolean): LoggedCurve {
  const { steps, values, wallTimes } = curve.isAscending ? curve : sorted(curve);
  return { steps, values, ...(byEpoch && { byEpoch }), wallTimes: curve.hasWallTimes ? wallTimes : null };
}

/** Sorts the points by step; of points of one step, the last one is kept. */
function sorted({ steps, values, wallTimes }: GrowingCurve): Omit<GrowingCurve, "hasWallTimes" | "isAscending"> {
  const lastOfStep = new Map(steps.map((step, i) => [step, i]));
  const order = [...lastOfStep].sort(([left], [right]) => left - right).map(([, i]) => i);
  return {
    steps: order.map((i) => steps[i] ?? NaN),
    values: order.map((i) => values[i] ?? NaN),
    wallTimes: order.map((i) => wallTimes[i] ?? NaN),
  };
}

/** Returns a copy of a parsed value without the members that are credentials. The maximum depth of JSON bounds the recursion. */
function withoutCredentials(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(withoutCredentials);
  const members = Object.entries(value).filter(([key]) => !SECRET_KEY.test(key));
  return Object.fromEntries(members.map(([key, member]) => [key, withoutCredentials(member)]));
}
