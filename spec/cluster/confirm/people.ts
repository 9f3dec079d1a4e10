import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ServiceAccount } from '../../../lib/service-account/service-account'
import type { Element } from '../../../lib/xml/read'
import { element } from '../../../lib/xml/write'
import { within } from '../../fixtures/waits'

/** ms */
const LOOK_MS = 20

/** A person in a chat client of their own, which is online over BOSH. */
export interface Person {
  readonly name: string
  readonly jid: string
  /** texts from the service account, in order */
  readonly chat: readonly string[]
  /** Waits for a text among those from `since` on. Resolves to false when none comes in time. */
  hears(pattern: RegExp, since: number, ms: number): Promise<boolean>
  /** Writes to the service account: to its bare JID, or to the session that wrote last. */
  say(text: string, to?: 'bare' | 'full'): Promise<void>
  close(): Promise<void>
}

export interface PersonOptions {
  readonly service: string
  readonly name: string
  readonly password: string
  /** bare JID of the service account */
  readonly bot: string
}

/** Signs a person in to their chat client. */
export async function newPerson({ service, name, password, bot }: PersonOptions): Promise<Person> {
  const account = new ServiceAccount({ service, domain: 'localhost', username: name, password })
  const chat: string[] = []
  let last = bot
  account.onMessage(message => {
    const from = message.attributes.get('from') ?? ''
    const text = bodyOf(message)
    if (message.attributes.get('type') === 'error' || from.split('/', 1)[0] !== bot || text === undefined) return
    last = from
    chat.push(text)
  })
  try {
    await within(`${account.jid} is online`, account.ready(), { ms: 30_000, seen: () => account.state })
  } catch (error) {
    await account.close()
    throw error
  }
  return {
    name,
    jid: account.jid,
    chat,
    async hears(pattern, since, ms) {
      const until = performance.now() + ms
      while (!chat.slice(since).some(text => pattern.test(text))) {
        if (performance.now() > until) return false
        await delay(LOOK_MS)
      }
      return true
    },
    say: (text, to = 'bare') =>
      account.send(
        element(
          'message',
          { xmlns: 'jabber:client', type: 'chat', to: to === 'bare' ? bot : last, id: randomUUID() },
          element('body', {}, text),
        ),
      ),
    close: () => account.close(),
  }
}

function bodyOf({ children }: Element): string | undefined {
  return children.find(({ name, namespace }) => name === 'body' && namespace === 'jabber:client')?.text
}
