declare module "jstat" {
  /** The functions of jStat that derive/ uses. */
  const jstat: {
    readonly studentt: { inv(probability: number, degreesOfFreedom: number): number };
    readonly normal: {
      inv(probability: number, mean: number, standardDeviation: number): number;
      cdf(value: number, mean: number, standardDeviation: number): number;
    };
    /** The regularised lower incomplete gamma function P(a, x). */
    lowRegGamma(a: number, x: number): number;
    /** The regularised incomplete beta function I_x(a, b). */
    ibeta(x: number, a: number, b: number): number;
  };
  export default jstat;
}
