import fc from "fast-check";

// The doubles of a property that fails may take hours to shrink, and no timeout interrupts synchronous code.
fc.configureGlobal({ skipAllAfterTimeLimit: 15_000 });
