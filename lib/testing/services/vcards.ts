import { prepareLocalpart } from '../../jid'
import { rawXml } from '../protocol/raw'
import type { AccountStore } from './account-data'

/**
 * vCards of the accounts of a test server (XEP-0054). The text that a test sets is sent as it is, even if no client
 * could store it.
 *
 * @example
 * ```ts
 * import { startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const xmpp = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
 * xmpp.vcards.set('alice', "<vCard xmlns='vcard-temp'><FN>Alice Liddell</FN></vCard>")
 * xmpp.vcards.set('alice', `<vCard xmlns='vcard-temp'><FN>${'x'.repeat(1_000_000)}</FN></vCard>`)
 * xmpp.vcards.set('alice', undefined)
 * await xmpp.close()
 * ```
 */
export class VCards {
  readonly #data: AccountStore
  #isUsed = false

  /** @internal */
  constructor(data: AccountStore, vcards: Readonly<Record<string, string>>) {
    this.#data = data
    this.restore(vcards)
  }

  /**
   * Stores the vCard of an account, in place of an older one.
   *
   * @param username user name, without the domain, in any spelling
   * @param xml content of the answer, `<vCard/>` itself included, sent without a check; `undefined` removes the vCard
   * @throws {TypeError} the user name is invalid, or `xml` is not a text
   */
  set(username: string, xml: string | undefined): void {
    if (typeof username !== 'string' || prepareLocalpart(username) === undefined) {
      throw new TypeError('not a localpart: name the account of a vCard without its domain')
    }
    if (xml !== undefined && typeof xml !== 'string') throw new TypeError('a vCard is the text of an XML element')
    this.#data.of(username).vCard = xml === undefined ? undefined : rawXml(xml)
    this.#isUsed ||= xml !== undefined
  }

  /** @internal true if a test has stored one */
  get isUsed(): boolean {
    return this.#isUsed
  }

  /** @internal */
  restore(vcards: Readonly<Record<string, string>>): void {
    this.#isUsed = false
    for (const [username, xml] of Object.entries(vcards)) this.set(username, xml)
  }
}
