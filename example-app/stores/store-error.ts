/** The store can be neither read nor written, so the request cannot be served. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly status = 503
}
