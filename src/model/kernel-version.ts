/**
 * Raised when the meaning or the numerics of the computed facts change: facts of older kernels are then computed anew.
 * It stands by itself so that a process can look facts up without loading ONNX Runtime.
 */
export const KERNEL_VERSION = 2;
