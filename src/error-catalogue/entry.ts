/** A failure that a person can meet. */
export interface Entry {
  /** Permanent errors stay wrong when tried again (bad input); transient ones may pass (a lost connection). */
  readonly kind: "permanent" | "transient";
  /** What is wrong, in a phrase that the details complete. */
  readonly what: string;
  /** What the reader can do about it, where the place that throws has nothing more exact to say. */
  readonly todo: string;
}
