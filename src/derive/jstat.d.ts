declare module "jstat" {
  /** The parts of jStat used here. */
  const jstat: { readonly studentt: { inv(probability: number, degreesOfFreedom: number): number } };
  export default jstat;
}
