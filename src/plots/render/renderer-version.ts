/** Raised whenever the same specification would be drawn differently: it is part of what pictures are kept under. */
export const RENDERER_VERSION = 1;
