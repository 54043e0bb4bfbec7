import { pino, type Logger } from "pino";

export type Log = Logger;

/** A structured logger to standard error: standard output stays free for what a command prints. */
export function openLog(level: string): Log {
  return pino({ level, base: null }, pino.destination({ fd: 2, sync: true }));
}
