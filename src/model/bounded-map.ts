/** A map that drops its oldest entry when it would have more than `maximum`. Keys that clients choose cannot fill the memory. */
export class BoundedMap<Key, Value> extends Map<Key, Value> {
  constructor(private readonly maximum: number) {
    super();
  }

  override set(key: Key, value: Value): this {
    if (!this.has(key) && this.size >= this.maximum) {
      const oldest = this.keys().next();
      if (oldest.done !== true) this.delete(oldest.value);
    }
    return super.set(key, value);
  }
}
