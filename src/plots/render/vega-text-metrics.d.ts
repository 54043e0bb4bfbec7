import type { Item } from "vega";

/** An export of Vega that its types lack. */
declare module "vega" {
  export const textMetrics: {
    /** Returns the width of an item's text, or of `text` in its font, in pixels. Assign it to replace the measurement. */
    width: (item: Item, text?: string) => number;
  };
}
