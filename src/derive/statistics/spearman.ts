/** Spearman's rank correlation of paired values, ties sharing their mean rank; undefined where a side does not vary. */
export function spearman(pairs: readonly (readonly [number, number])[]): number | undefined {
  const left = ranks(pairs.map(([value]) => value));
  const right = ranks(pairs.map(([, value]) => value));
  const middle = (pairs.length + 1) / 2;
  const sum = (values: readonly number[], others: readonly number[]) =>
    values.reduce((total, value, i) => total + (value - middle) * ((others[i] ?? middle) - middle), 0);
  const scale = Math.sqrt(sum(left, left) * sum(right, right));
  return scale === 0 ? undefined : sum(left, right) / scale;
}

function ranks(values: readonly number[]): number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const equal = values.filter((other) => other === value).length;
    return below + (equal + 1) / 2;
  });
}
