import type { BoshSession } from '../bosh/session'
import { XmppBoshError } from '../errors/error'
import type { Domain } from '../jid'
import { askIq, senders, stanzaErrorOf } from '../stanzas/iq'
import type { Signal } from '../time/light-signal'
import { element } from '../xml/write'

const VERSION = 'jabber:iq:version'

/** What the server calls itself. */
export interface Reported {
  readonly name: string
  readonly version: string
}

/** XEP-0092: asks on a session that is logged in. `undefined`: the server does not tell, or not in words of software. */
export async function reportedBy(session: BoshSession, domain: Domain, signal: Signal): Promise<Reported | undefined> {
  try {
    const payload = element('query', { xmlns: VERSION })
    const answer = await askIq(session, { type: 'get', to: domain.wire, payload, from: senders(domain) }, signal)
    if (stanzaErrorOf(answer) !== undefined) return undefined
    const texts = answer.children.flatMap(({ children }) => children).filter(child => child.namespace === VERSION)
    const text = (name: string) => texts.find(child => child.name === name)?.text ?? ''
    const [name, version] = [text('name'), text('version')]
    return /^[A-Za-z]{1,20}$/.test(name) && /^\d[\w.+~-]{0,30}$/.test(version) ? { name, version } : undefined
  } catch (error) {
    // The login is over and was right: what comes now may go wrong.
    if (!XmppBoshError.is(error)) throw error
    return undefined
  }
}
