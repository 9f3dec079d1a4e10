import { XmppBoshError } from '../errors/error'
import type { Domain } from '../jid'
import { MAX_ASKED } from '../limits'
import { isAnswer, type Senders, sameJidAs, senders } from '../stanzas/iq'
import type { Element } from '../xml/read'

interface Request {
  readonly isFrom: Senders
  readonly resolve: (answer: Element) => void
  readonly reject: (reason: unknown) => void
}

/**
 * Requests of the service account that are not answered yet. An answer has the id of the request and comes from the JID
 * that was asked: a stranger can send a result under any id.
 */
export class Asked {
  readonly #domain: Domain
  readonly #local: string
  readonly #requests = new Map<string, Request>()

  /** @param local localpart of the service account */
  constructor(domain: Domain, local: string) {
    this.#domain = domain
    this.#local = local
  }

  /**
   * Waits for the answer to a request.
   *
   * @param to JID that is asked; `undefined`: the server, about the account itself
   * @returns the answer, and a function that gives it up
   * @throws {XmppBoshError} ERR_XMPP_BUSY if too many requests are not answered
   */
  answerOf(id: string, to: string | undefined): { answer: Promise<Element>; giveUp: (reason: unknown) => void } {
    if (this.#requests.size >= MAX_ASKED) {
      throw new XmppBoshError('ERR_XMPP_BUSY', 'too many requests of the service account are not answered')
    }
    const isFrom = to === undefined ? senders(this.#domain, { local: this.#local }) : sameJidAs(to)
    let giveUp: (reason: unknown) => void = () => {}
    const answer = new Promise<Element>((resolve, reject) => {
      this.#requests.set(id, { isFrom, resolve, reject })
      giveUp = reason => {
        this.#requests.delete(id)
        reject(reason)
      }
    })
    return { answer, giveUp }
  }

  /** Takes a stanza that answers a request. Any other is left alone. */
  take(stanza: Element): void {
    if (!isAnswer(stanza)) return
    const [id = '', from] = [stanza.attributes.get('id'), stanza.attributes.get('from')]
    const request = this.#requests.get(id)
    if (!request) return
    // RFC 6120 §8.1.2.1: without `from` it is of the server, about the account itself. MongooseIM sends an empty one.
    if (!request.isFrom(from || `${this.#local}@${this.#domain.ascii}`)) return
    this.#requests.delete(id)
    request.resolve(stanza)
  }

  /** Gives up all requests: their answers went to a session that is over. */
  giveUpAll(reason: unknown): void {
    const requests = [...this.#requests.values()]
    this.#requests.clear()
    for (const { reject } of requests) reject(reason)
  }
}
