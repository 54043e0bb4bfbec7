/** A limit of the server, and its setting. */
export interface Limit {
  /** The environment variable that sets the limit. */
  readonly variable: string;
  /** The default. */
  readonly value: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly unit: string;
  /** Why the default has this value. */
  readonly reason: string;
}
