import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { ServiceAccount, ServiceAccountMessage } from '../../../../lib'
import type { Element } from '../../../../lib/xml/read'
import { element } from '../../../../lib/xml/write'
import { within } from '../../../fixtures/waits'

/** ms within which an account is online, after an outage in which its logins became rare */
const ONLINE_MS = 40_000
const PING = element('ping', { xmlns: 'urn:xmpp:ping' })

/** Returns the text of a message. */
export const textOf = ({ children }: Element) => children.find(({ name }) => name === 'body')?.text

/** Waits until all accounts are online. */
export async function online(...accounts: readonly ServiceAccount[]): Promise<void> {
  const { codes, stop } = watchStates()
  try {
    await Promise.all(
      accounts.map(account =>
        within(`${account.jid} is online`, account.ready(), { ms: ONLINE_MS, seen: () => [account.state, ...codes] }),
      ),
    )
  } finally {
    stop()
  }
}

/**
 * Waits until the server has handled all stanzas that the account sent, so that those for an account that is away are kept.
 * A receipt says only that the server has them.
 */
export async function handled(account: ServiceAccount): Promise<void> {
  await within(`the answer to a ping of ${account.jid}`, account.ask({ type: 'get', to: 'localhost', payload: PING }))
}

/** Returns a function that waits for a message with the text. A message that came before counts, too. */
export function inboxOf(account: ServiceAccount) {
  const came: Element[] = []
  const waiting = new Map<string, (message: Element) => void>()
  account.onMessage(message => {
    came.push(message)
    waiting.get(textOf(message) ?? '')?.(message)
  })
  const texts = () => came.map(textOf)
  const message = (text: string) => {
    const found = came.find(one => textOf(one) === text)
    const coming = found ? Promise.resolve(found) : new Promise<Element>(resolve => waiting.set(text, resolve))
    const seen = () => ({ [account.jid]: account.state, lastTexts: texts().slice(-10) })
    return within(`message "${text}" for ${account.jid}`, coming, { seen })
  }
  return { came, message, texts }
}

/** Collects the codes with which accounts lose their sessions, or fail to log in, until `stop` is called. */
export function watchStates() {
  const codes: (string | undefined)[] = []
  const listen = (message: unknown) => {
    const { state, code } = message as ServiceAccountMessage
    if (state === 'connecting') codes.push(code)
  }
  subscribe('passport-xmpp-bosh:service-account', listen)
  return { codes, stop: () => unsubscribe('passport-xmpp-bosh:service-account', listen) }
}
