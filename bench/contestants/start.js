import { startChild } from '../measure/child.js'
import { PASSWORD, USERS } from '../servers/instance.js'

/** ms. xmpp.js calls WebCrypto about 4,000 times for a key: 64 logins take 6 s, and longer on a busy machine. */
const PATIENCE_MS = 90_000

/**
 * Starts a contestant (measure/plan.js) against a server.
 *
 * @returns the commands of process.js; each method rejects when the contestant does not answer
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
      // A wrong password must be refused and a right one accepted. Any other answer fails the measurement.
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
