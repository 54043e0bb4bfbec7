// Loaded into server and worker by NODE_OPTIONS=--import. Each SIGUSR2 moves their clock: first a day ahead, then a day back,
// then to the correct time. Only JavaScript's Date changes; timers and PostgreSQL keep the machine's clock. This simulates one
// machine with a wrong clock among several.
const RealDate = Date;
const DAY = 24 * 60 * 60 * 1000;
const OFFSETS = [DAY, -DAY, 0];
let signals = 0;
let offset = 0;

class JumpedDate extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [RealDate.now() + offset] : parts));
  }

  static now() {
    return RealDate.now() + offset;
  }
}
globalThis.Date = JumpedDate;
process.on("SIGUSR2", () => {
  offset = OFFSETS[signals++ % OFFSETS.length];
});
