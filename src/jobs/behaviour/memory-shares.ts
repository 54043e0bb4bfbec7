/**
 * Divides memory among the models of a task, in bytes. If all can be held, each gets what it needs and an equal share of the rest;
 * otherwise equal shares, and the weights of a model that does not fit its share are streamed.
 *
 * @param needs bytes of each model that is held in memory, with a run
 */
export function memoryShares(needs: readonly number[], available: number): number[] {
  const rest = available - needs.reduce((sum, need) => sum + need, 0);
  return needs.map((need) => (rest >= 0 ? need + rest / needs.length : Math.max(0, available) / needs.length));
}
