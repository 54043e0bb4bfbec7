import { Foreign, type Item } from "./pickle-values.js";

/** An object of a class that is not imported: the class's name, the arguments of its constructor, and its state. */
export class PickledObject extends Foreign {
  readonly kind = "an object";
  /** Attributes by name; null if the pickle sets none. */
  state: Item = null;

  constructor(
    readonly className: string,
    readonly args: Item,
  ) {
    super();
  }
}
