import type { PickleRefusal } from "./pickle-refusal.js";
import type { Item } from "./pickle-values.js";

/** The machine's stack. Items below an open MARK cannot be reached. Popping an empty stack is PICKLE_INVALID. */
export class PickleStack {
  readonly #items: Item[] = [];
  /** Heights of the stack at each open MARK. */
  readonly #marks: number[] = [];

  constructor(readonly refusal: PickleRefusal) {}

  push(item: Item): void {
    this.#items.push(item);
  }

  mark(): void {
    this.#marks.push(this.#items.length);
  }

  top(): Item {
    const item = this.#items.length > this.#floor ? this.#items.at(-1) : undefined;
    if (item === undefined) throw this.#empty();
    return item;
  }

  pop(): Item {
    const item = this.top();
    this.#items.pop();
    return item;
  }

  /** Executes POP, which drops an open MARK without items. */
  popItemOrMark(): void {
    if (this.#marks.at(-1) === this.#items.length) this.#marks.pop();
    else this.pop();
  }

  /** Pops `count` items and returns them, the lowest first. */
  popSeveral(count: number): Item[] {
    if (this.#items.length - this.#floor < count) throw this.#empty();
    return this.#items.splice(this.#items.length - count);
  }

  /** Pops the last MARK and the items above it. */
  popToMark(): Item[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.refusal.invalid("an opcode without its MARK");
    return this.#items.splice(mark);
  }

  /** Returns the single value that a complete pickle leaves. */
  result(): Item {
    const [value] = this.#items;
    if (value === undefined || this.#items.length !== 1 || this.#marks.length > 0) {
      throw this.refusal.invalid(`an end with ${this.#items.length} values on the stack`, "one");
    }
    return value;
  }

  get #floor(): number {
    return this.#marks.at(-1) ?? 0;
  }

  #empty(): Error {
    return this.refusal.invalid("an opcode that needs more items than the stack has");
  }
}
