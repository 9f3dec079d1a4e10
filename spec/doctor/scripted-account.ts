import { XmppBoshError } from '../../lib/errors/error'
import type { AccountIq, AccountLike } from '../../lib/service-account/account-like'
import { CLIENT } from '../../lib/xml/namespaces'
import { type Element, read } from '../../lib/xml/read'
import { element, type Node, write } from '../../lib/xml/write'
import { type HandClock, handClock } from '../fixtures/clock'

/** A stanza that comes in answer, ms after the one that was sent. */
export interface Came {
  readonly xml: string
  readonly after?: number
}

/** Returns the stanzas that a server and its people answer with. */
export type Script = (sent: Element, xml: string) => readonly Came[]

/** A service account that is online at a server without faults but those of the script, on a clock moved by hand. */
export function scriptedAccount(script: Script) {
  // The store of the requests has the date of the system.
  const clock: HandClock = { ...handClock(), date: () => Date.now() }
  const listeners = new Set<(message: Element) => void>()
  const elementOf = (xml: string) => read(Buffer.from(xml.replace(/^<(\w+)/, `<$1 xmlns='${CLIENT}'`)))
  const answersTo = (stanza: Node) => {
    const xml = write(stanza)
    return script(elementOf(xml.replace(` xmlns='${CLIENT}'`, '')), xml)
  }
  const account: AccountLike & { ask(iq: AccountIq): Promise<Element> } = {
    jid: 'login@localhost',
    nickname: undefined,
    state: 'online',
    ready: async () => {},
    async send(stanza) {
      for (const { xml, after = 1 } of answersTo(stanza)) {
        clock.after(after, () => {
          for (const listener of [...listeners]) listener(elementOf(xml))
        })
      }
    },
    onMessage(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    ask: ({ type, to = '', payload }) =>
      new Promise((resolve, reject) => {
        const [answer] = answersTo(element('iq', { type, to, id: 'q' }, payload))
        if (answer) clock.after(answer.after ?? 1, () => resolve(elementOf(answer.xml)))
        else clock.after(30_000, () => reject(new XmppBoshError('ERR_XMPP_TIMEOUT', 'no answer within 30000 ms')))
      }),
  }
  return { account, clock }
}

/** Moves the clock, 1 ms at a time for two seconds, until the work is done. */
export async function until<T>(clock: HandClock, work: Promise<T>): Promise<T> {
  let isDone = false
  const done = work.finally(() => {
    isDone = true
  })
  for (let step = 0; !isDone; step++) {
    await new Promise(resolve => setImmediate(resolve))
    clock.advance(step < 2_000 ? 1 : 50)
  }
  return done
}
