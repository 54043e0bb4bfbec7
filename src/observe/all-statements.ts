import type { StatementObserver } from "../store/sql/observed-sql.js";

/** Combines `observers` into one. Returns undefined if none is given, so that statements are not observed at all. */
export function allStatements(observers: readonly (StatementObserver | undefined)[]): StatementObserver | undefined {
  const given = observers.filter((observe) => observe !== undefined);
  if (given.length < 2) return given[0];
  return () => {
    const ends = given.map((observe) => observe());
    return (end) => ends.forEach((ended) => ended(end));
  };
}
