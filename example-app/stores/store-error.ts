/** What the app remembers can neither be read nor written: nobody can be served until it can. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly status = 503
}
