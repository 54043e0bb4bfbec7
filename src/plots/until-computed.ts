import type { Picture } from "./picture.js";

/** What stands in a picture's place while some of its weights are computed. */
export function untilComputed(picture: Picture): Picture {
  return {
    ...picture,
    subtitle: picture.subtitle.slice(0, 1),
    description: `${picture.title}: not computed yet.`,
    notes: [],
    table: { ...picture.table, rows: [] },
    body: { missing: "PENDING: the weights are being compared. Ask again in a moment; jobs tell how far it is." },
  };
}
