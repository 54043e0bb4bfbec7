import { innerProduct, matrix, plus, type Matrix } from "./matrix.js";

/** Returns a matrix of `count` orthonormal rows, made from the numbers of `next` by the modified Gram-Schmidt method. */
export function orthonormal(count: number, length: number, next: () => number): Matrix {
  const rows: Matrix[] = [];
  while (rows.length < count) {
    const rest = rows.reduce((left, other) => plus(left, other, -innerProduct(left, other)), matrix(1, length, next));
    const norm = Math.sqrt(innerProduct(rest, rest));
    rows.push({ ...rest, values: rest.values.map((value) => value / norm) });
  }
  return { rows: count, columns: length, values: Float64Array.from(rows.flatMap(({ values }) => [...values])) };
}
