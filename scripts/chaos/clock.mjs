// Loaded into server and worker by NODE_OPTIONS=--import: SIGUSR2 makes their clock jump, a day ahead, then a day back, then
// right again. Only what JavaScript reads is moved; timers and PostgreSQL keep the machine's clock, as with a wrong clock of
// one machine among several.
const RealDate = Date;
const DAY = 24 * 60 * 60 * 1000;
const JUMPS = [DAY, -DAY, 0];
let turn = 0;
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
  offset = JUMPS[turn++ % JUMPS.length];
});
