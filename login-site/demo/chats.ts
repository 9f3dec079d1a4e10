import { setTimeout as pause } from 'node:timers/promises'
import type { BoshServer } from 'passport-xmpp-bosh/testing'
import type { DemoMessage, DemoPhones } from './phone'

/** ms between two looks for a new message */
const LOOK_MS = 200
/** messages of a user that are kept */
const MAX_KEPT = 200

/** The server that plays the users. */
interface Server {
  readonly users: Pick<BoshServer['users'], 'add' | 'told' | 'send'>
}

interface Sent {
  readonly text: string
  /** messages that the user had got before */
  readonly after: number
}

/** Creates phones for users of the demo server. @param bot JID of the service account */
export function createPhones({ users }: Server, bot: string): DemoPhones {
  const sent = new Map<string, Sent[]>()
  const messages = (jid: string): DemoMessage[] => {
    const got = users.told(jid)
    const own = sent.get(jid) ?? []
    const ownAfter = (count: number) =>
      own.filter(({ after }) => after === count).map(({ text }) => ({ text, isOwn: true }))
    return [...ownAfter(0), ...got.flatMap((text, n) => [{ text, isOwn: false }, ...ownAfter(n + 1)])]
  }
  return {
    users: () => [...sent.keys()],
    add(jid) {
      users.add(jid, { client: 'text' })
      sent.set(jid, [])
    },
    messages,
    send(jid, text) {
      const own = sent.get(jid) ?? []
      sent.set(jid, [...own, { text, after: users.told(jid).length }].slice(-MAX_KEPT))
      users.send(jid, text, { to: bot })
    },
    async changed(jid, seen, ms) {
      const end = performance.now() + ms
      while (messages(jid).length <= seen && performance.now() < end) await pause(LOOK_MS, undefined, { ref: false })
    },
  }
}
