import type { AbortSignalLike } from '../time/light-signal'
import type { ConfirmationsOptions, ConfirmVisitor } from './options'
import type { ConfirmRecord } from './store'
import type { ConfirmView } from './view'

/**
 * Sign-ins without a password: asks an account in its own XMPP client, and takes its answer. It needs neither Passport nor
 * Express; the strategy of this package is built on it.
 *
 * An answer proves that a client of the account agreed to this sign-in, at this moment.
 *
 * @example
 * ```ts
 * import { Confirmations, ServiceAccount } from 'passport-xmpp-bosh'
 *
 * const account = new ServiceAccount({
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   username: 'login',
 *   password: process.env['XMPP_PASSWORD'] ?? '',
 * })
 * const confirmations = new Confirmations({
 *   account,
 *   site: 'app.example',
 *   url: 'https://app.example/login',
 *   allow: 'example.com',
 * })
 *
 * const { id, view } = await confirmations.start({ jid: 'alice@example.com' })
 * console.log(`Answer with ${view.number}`)
 * await confirmations.settled(id, 20_000)
 * const record = await confirmations.take(id)
 * console.log(record?.state === 'granted' ? `signed in as ${record.jid}` : 'not signed in')
 * ```
 */
export class Confirmations {
  /** Bare JID of the service account. */
  readonly bot: string
  constructor(options: ConfirmationsOptions) {
    this.bot = options.account.jid
  }
  async start(_request: { jid?: string; visitor?: ConfirmVisitor }): Promise<{ id: string; view: ConfirmView }> {
    throw new Error('not built yet')
  }
  async waiting(_id: string): Promise<ConfirmView | undefined> {
    return undefined
  }
  async settled(_id: string, _ms: number, _signal?: AbortSignalLike): Promise<ConfirmView | undefined> {
    return undefined
  }
  async take(_id: string): Promise<ConfirmRecord | undefined> {
    return undefined
  }
  async cancel(_id: string): Promise<void> {}
  async allowAsking(_jid: string): Promise<void> {}
  async close(): Promise<void> {}
}
