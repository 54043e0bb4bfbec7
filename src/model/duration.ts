const SECONDS_PER_UNIT = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800, y: 31_536_000 } as const;

/** The forms that `parseDuration` reads, for error messages. */
export const DURATION_FORMS = "a number of seconds, minutes, hours, days, weeks or years: 90s, 30m, 12h, 7d, 2w, 1y";

/** Returns the seconds of a duration such as `7d`; undefined for any other text. */
export function parseDuration(text: string): number | undefined {
  const [, count, unit] = /^(\d{1,6})([smhdwy])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) return undefined;
  return Number(count) * SECONDS_PER_UNIT[unit as keyof typeof SECONDS_PER_UNIT];
}

/** Default time between the deletion of a study or run and the removal of its rows, in seconds: a week to notice a mistake. */
export const DEFAULT_DELETE_GRACE_SECONDS = 7 * SECONDS_PER_UNIT.d;

/** Default age at which entries of the audit log are removed, in seconds. */
export const DEFAULT_AUDIT_KEEP_SECONDS = SECONDS_PER_UNIT.y;
