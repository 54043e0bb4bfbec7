/**
 * A list whose items are made when the response needs them: a list that exceeds the limit of values is rejected before any item
 * is made, and the items of a long list need not be in memory together.
 */
export class LazyList<Item> implements Iterable<Item> {
  constructor(
    readonly length: number,
    readonly at: (index: number) => Item,
  ) {}

  *[Symbol.iterator](): Generator<Item> {
    for (let i = 0; i < this.length; i++) yield this.at(i);
  }
}
