/**
 * The tensors of one layer's adapter factors: the property that holds each, and the role under which the store keeps it.
 * A further adapter form adds its tensors here.
 */
export const TENSOR_ROLES = { a: "A", b: "B" } as const;

/** One value for each tensor of the factors, such as its location. */
export type FactorTensors<Tensor> = { readonly [Property in keyof typeof TENSOR_ROLES]: Tensor };
