/**
 * Floating-point operations of one run from which a GPU is taken to be faster where the machine was not calibrated: a
 * quarter of a second of one core in float64, many times what a GPU needs to be given the factors. It stands by itself so
 * that a process can name it without loading ONNX Runtime.
 */
export const DEFAULT_CROSSING = 1e10;
