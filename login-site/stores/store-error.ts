import { channel } from 'node:diagnostics_channel'

/** Publishes each {@link StoreError}, for the metrics. */
export const STORE_ERRORS = channel('passport-xmpp-bosh-example:store-error')

/** The store can be neither read nor written, so the request cannot be served. */
export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly status = 503
}
