import fc from "fast-check";

// A failing property reports its first failing case as it was generated. Shrinking the doubles of a case may take hours, no
// timeout interrupts synchronous code, and a time limit would skip cases on a busy machine. To shrink a case, give the property
// the printed `seed` and `path`, and `endOnFailure: false`.
fc.configureGlobal({ endOnFailure: true });
