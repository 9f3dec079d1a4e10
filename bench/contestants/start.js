import { startChild } from '../measure/child.js'
import { PASSWORD, USERS } from '../servers/instance.js'

/** ms. A key costs xmpp.js some 4,000 calls of WebCrypto: 64 logins take 6 s, and longer where others wait. */
const PATIENCE_MS = 90_000

/**
 * Starts a contestant (measure/plan.js) against a server; see process.js for what it answers.
 *
 * @returns what it answers; every method rejects when it does not
 */
export async function startContestant({ module, ...options }, server) {
  const { bosh, websocket, tcp, ldap, users = USERS } = server
  const target = { module, ...options, bosh, websocket, tcp, ldap }
  const file = module === 'python' ? 'contestants/python.py' : 'contestants/process.js'
  const child = await startChild(file, { args: [JSON.stringify(target)], patience: PATIENCE_MS })
  const passwordOf = isRight => (isRight ? PASSWORD : `not ${PASSWORD}`)
  const ends = ({ isRight = true, ...rest }) => ({ usernames: users, password: passwordOf(isRight), ...rest })
  return {
    pid: child.pid,
    async turn({ isRight = true, ...rest }) {
      const taken = await child.ask(['turn', ends({ isRight, ...rest })])
      // Neither may a wrong password be let in nor a right one refused: such an answer is none.
      const mistaken = isRight ? taken.wrong : taken.right
      if (mistaken > 0) throw new Error(`${mistaken} logins had the wrong verdict`)
      return taken
    },
    count: rest => child.ask(['count', ends(rest)]),
    memory: () => child.ask(['memory']),
    async stop() {
      try {
        await child.ask(['close'])
      } finally {
        await child.stop()
      }
    },
  }
}
