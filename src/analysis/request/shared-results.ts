/**
 * Results that follow from lists which requests share. A complete result is shared by all requests. Until then each request
 * computes its own: a request that ends would reject it for the others.
 */
export class SharedResults<List extends object, Result> {
  readonly #complete = new WeakMap<List, { readonly result: Result }>();
  /** The results that each request computes, by the request. */
  readonly #computing = new WeakMap<object, WeakMap<List, Promise<Result>>>();

  /** @param request an object that only this request has */
  get(list: List, request: object, compute: () => Promise<Result>): Promise<Result> {
    const complete = this.#complete.get(list);
    if (complete !== undefined) return Promise.resolve(complete.result);
    const ofRequest = this.#computing.get(request) ?? new WeakMap<List, Promise<Result>>();
    this.#computing.set(request, ofRequest);
    const computing = ofRequest.get(list);
    if (computing !== undefined) return computing;
    const computed = compute().then((result) => {
      this.#complete.set(list, { result });
      return result;
    });
    ofRequest.set(list, computed);
    return computed;
  }
}
