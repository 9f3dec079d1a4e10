import type { AccountLike } from '../../service-account/account-like'
import { CLIENT, EXPIRE, HINTS, HTTP_AUTH, NICK } from '../../xml/namespaces'
import { element, type Node } from '../../xml/write'
import type { Reports } from '../reports'
import { newId } from '../secrets'
import type { ConfirmSettings } from '../settings'
import type { ConfirmRecord } from '../store'
import type { ConfirmTexts } from '../texts'
import { filled } from './default-texts'
import { dialogUrl, questionId } from './dialog'

/** Part of a record that a text needs. */
export interface Asker {
  readonly place?: string | undefined
  readonly language?: string | undefined
}

/** Chat messages of the service account. */
export class Speech {
  readonly #settings: ConfirmSettings
  readonly #account: AccountLike
  readonly #reports: Reports

  constructor(settings: ConfirmSettings, reports: Reports) {
    this.#settings = settings
    this.#account = settings.account
    this.#reports = reports
  }

  /** Sends a question that nothing asked for. It ends with the request, and holds nothing of the visitor but the place. */
  async question(jid: string, record: ConfirmRecord, isDialog: boolean, now: number): Promise<void> {
    const dialog = element('confirm', {
      xmlns: HTTP_AUTH,
      id: record.number,
      method: 'POST',
      url: dialogUrl(this.#settings.url, record),
    })
    await this.#send(jid, questionId(record), this.#text('question', record), [
      ...(isDialog ? [dialog] : []),
      expiry(record, now),
    ])
  }

  /**
   * Sends an answer to a message, or a notice. Nothing waits for it, and its failure changes nothing: the page tells the
   * outcome as well.
   */
  say(jid: string, name: keyof ConfirmTexts, asker: Asker): void {
    this.#say(jid, name, asker).catch((error: unknown) => this.#reports.failed(error))
  }

  /** Sends the question to the sender of a code, as {@link say} does. It ends with the request. */
  questionAfterCode(jid: string, record: ConfirmRecord, now: number): void {
    const sent = this.#say(jid, 'questionAfterCode', record, expiry(record, now))
    sent.catch((error: unknown) => this.#reports.failed(error))
  }

  async #say(jid: string, name: keyof ConfirmTexts, asker: Asker, ...more: readonly Node[]): Promise<void> {
    await this.#send(jid, newId(), this.#text(name, asker), more)
  }

  #text(name: keyof ConfirmTexts, { place, language }: Asker): string {
    return filled(this.#settings.textsFor(language)[name], { site: this.#settings.site, place })
  }

  async #send(jid: string, id: string, text: string, more: readonly Node[]): Promise<void> {
    const { nickname } = this.#account
    const nick = nickname === undefined ? [] : [element('nick', { xmlns: NICK }, nickname)]
    // Not archived: a dialog that is would come back for ever. Never `no-store`: ejabberd bounces that for phones.
    const hint = element('no-permanent-store', { xmlns: HINTS })
    const children = [element('thread', {}, id), element('body', {}, text), ...nick, ...more, hint]
    await this.#account.send(element('message', { xmlns: CLIENT, type: 'chat', to: jid, id }, ...children))
  }
}

/** Returns the element that ends a message with its request (XEP-0023). */
function expiry({ expiresAt }: ConfirmRecord, now: number): Node {
  const seconds = Math.max(1, Math.ceil((expiresAt - now) / 1_000))
  return element('x', { xmlns: EXPIRE, seconds: String(seconds) })
}
