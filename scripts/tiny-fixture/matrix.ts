/** A dense matrix in float64, row-major. */
export interface Matrix {
  readonly rows: number;
  readonly columns: number;
  /** rows x columns values */
  readonly values: Float64Array;
}

/** Fills a matrix from `next`, row by row. */
export function matrix(rows: number, columns: number, next: () => number): Matrix {
  return { rows, columns, values: Float64Array.from({ length: rows * columns }, next) };
}

/** Computes left * right. It sums in index order, so that rounding is the same on every machine. */
export function product(left: Matrix, right: Matrix): Matrix {
  if (left.columns !== right.rows)
    throw new RangeError(`cannot multiply: left has ${left.columns} columns, right has ${right.rows} rows`);
  const { columns, values: factors } = right;
  const values = new Float64Array(left.rows * columns);
  for (let i = 0; i < left.rows; i++) {
    for (let k = 0; k < left.columns; k++) {
      const weight = at(left, i, k);
      for (let j = 0; j < columns; j++) {
        const cell = i * columns + j;
        values[cell] = (values[cell] ?? 0) + weight * (factors[k * columns + j] ?? 0);
      }
    }
  }
  return { rows: left.rows, columns, values };
}

export function transposed(source: Matrix): Matrix {
  const values = new Float64Array(source.values.length);
  for (let i = 0; i < source.rows; i++) {
    for (let j = 0; j < source.columns; j++) values[j * source.rows + i] = at(source, i, j);
  }
  return { rows: source.columns, columns: source.rows, values };
}

/** Computes left + scale * right. */
export function plus(left: Matrix, right: Matrix, scale: number): Matrix {
  if (left.rows !== right.rows || left.columns !== right.columns)
    throw new RangeError("the matrices have different shapes");
  const values = new Float64Array(left.values);
  for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? 0) + scale * (right.values[i] ?? 0);
  return { ...left, values };
}

/** Computes the Frobenius inner product. The inner product of a matrix with itself is its squared norm. */
export function innerProduct(left: Matrix, right: Matrix): number {
  return left.values.reduce((sum, value, i) => sum + value * (right.values[i] ?? 0), 0);
}

function at(source: Matrix, row: number, column: number): number {
  return source.values[row * source.columns + column] ?? 0;
}
