import type { Item } from "vega";

/** What Vega exports and its types leave out. */
declare module "vega" {
  export const textMetrics: {
    /** The width of an item's text, or of `text` in its font, in pixels. Assigned to measure by other means. */
    width: (item: Item, text?: string) => number;
  };
}
