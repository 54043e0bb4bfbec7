import fc from "fast-check";

// Shrinking the doubles of a property that fails may take hours, and no timeout interrupts synchronous code. The limit counts the
// cases too, and a property that reaches it fails: it is far longer than any takes on a busy machine.
fc.configureGlobal({ skipAllAfterTimeLimit: 100_000 });
