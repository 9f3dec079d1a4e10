import { readFileSync } from 'node:fs'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import express from 'express'
import passport from 'passport'
import { type Mechanism, Strategy } from '../../lib'
import { MAX_CONCURRENT } from '../../lib/limits'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'

/* Many visitors at once in one app with one strategy, on a real ejabberd. */

const USERS = Array.from({ length: 50 }, (_, n) => `user${n}`)
const passwordOf = (user: string) => `${user} pä$$`

interface Login {
  readonly user: string
  readonly right: boolean
}
/** The answer of the app: its status, and the JID of a visitor that it let in. */
interface Answer {
  readonly status: number
  readonly jid?: string
}

let server: LiveServer
beforeAll(async () => {
  server = await startEjabberd({ storage: 'scram', hash: 'sha256' })
  await Promise.all(USERS.map(user => server.register(user, passwordOf(user))))
}, 60_000)
afterAll(() => server?.stop())

/** Starts an app that answers with the JID. Half of its visitors pass an instance that Passport shares among them. */
async function startApp(mechanisms?: readonly Mechanism[], service = server.url) {
  const strategy = new Strategy({ service, domain: 'localhost', ...(mechanisms && { mechanisms }) })
  const authenticator = new passport.Passport()
  authenticator.use(strategy)
  const app = express()
  app.use(express.json())
  const who: express.RequestHandler = (req, res) => void res.json({ jid: (req.user as { jid: string }).jid })
  app.post('/named', authenticator.authenticate('xmpp-bosh', { session: false }), who)
  app.post('/instance', authenticator.authenticate(strategy, { session: false }), who)
  app.use(((error, _req, res, _next) => {
    res.status(error.status ?? 500).json({ code: error.code })
  }) satisfies express.ErrorRequestHandler)
  const listening = await new Promise<Server>(resolve => {
    const started = app.listen(0, '127.0.0.1', () => resolve(started))
  })
  const { port } = listening.address() as AddressInfo
  return {
    strategy,
    async signIn({ user, right }: Login, nth: number): Promise<Answer> {
      const response = await fetch(`http://127.0.0.1:${port}/${nth % 2 ? 'named' : 'instance'}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ username: user, password: right ? passwordOf(user) : 'wrong' }),
      })
      const text = await response.text()
      return { status: response.status, ...(response.ok && { jid: JSON.parse(text).jid }) }
    },
    async close() {
      await strategy.close()
      listening.closeAllConnections()
      await new Promise(resolve => listening.close(resolve))
    },
  }
}

/** Runs the logins in their order, `width` at a time. */
async function all(logins: readonly Login[], width: number, signIn: (login: Login, nth: number) => Promise<Answer>) {
  const answers: Answer[] = []
  let next = 0
  const visitor = async () => {
    for (let nth = next++; nth < logins.length; nth = next++) {
      answers[nth] = await signIn(logins[nth] as Login, nth)
    }
  }
  await Promise.all(Array.from({ length: width }, visitor))
  return answers
}

/** Returns logins of every user equally often, right and wrong, in an order that the seed decides (mulberry32). */
function shuffled(number: number, seed: number): Login[] {
  let state = seed
  const random = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  return Array.from({ length: number }, (_, n) => ({ user: USERS[n % USERS.length] as string, right: n % 3 !== 0 }))
    .map(login => ({ login, at: random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ login }) => login)
}

const due = (logins: readonly Login[]): Answer[] =>
  logins.map(({ user, right }) => (right ? { status: 200, jid: `${user}@localhost` } : { status: 401 }))

/** Counts the connections to the XMPP server in the tables of the kernel, without closed ones (06, TIME_WAIT). */
function connections(): number {
  const port = Number(new URL(server.url).port).toString(16).toUpperCase().padStart(4, '0')
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)
  return lines.filter(line => new RegExp(`^ *[0-9]+: [0-9A-F:]+ [0-9A-F]+:${port} (?!06)`).test(line)).length
}

async function settled<T>(look: () => T | Promise<T>, isDone: (seen: T) => boolean): Promise<T> {
  const since = Date.now()
  for (;;) {
    const seen = await look()
    if (isDone(seen) || Date.now() - since > 10_000) return seen
    await new Promise(resolve => setTimeout(resolve, 50))
  }
}

test.each<[number: number, width: number, mechanisms: readonly Mechanism[] | undefined]>([
  [2000, 200, undefined],
  [400, 200, ['PLAIN']],
])(
  'each of %i logins, %i at a time by mechanisms %p, gets its own user or its own failure',
  async (number, width, mechanisms) => {
    // The connections that made the accounts and counted the sessions are gone.
    expect(await settled(connections, open => open === 0)).toBe(0)
    const seed = Date.now() % 2 ** 31
    const logins = shuffled(number, seed)
    const app = await startApp(mechanisms)
    try {
      const answers = await all(logins, width, app.signIn)

      expect({ seed, answers }).toEqual({ seed, answers: due(logins) })
      // Connections are kept alive for the next login. Each login in progress has one, and each session that ends.
      expect(connections()).toBeLessThanOrEqual(2 * MAX_CONCURRENT)
    } finally {
      await app.close()
    }
    expect(await settled(connections, open => open === 0)).toBe(0)
    expect(await settled(server.connectedUsers, bound => bound === 0)).toBe(0)
    expect(await settled(server.boshSessions, sessions => sessions === 0)).toBe(0)
  },
  180_000,
)

test('ten logins of one user at once, right and wrong, get their own answers', async () => {
  const logins = Array.from({ length: 10 }, (_, n) => ({ user: 'user7', right: n % 2 === 0 }))
  const app = await startApp()
  try {
    expect(await all(logins, 10, app.signIn)).toEqual(due(logins))
  } finally {
    await app.close()
  }
})

test('every visitor gets an answer and never the user of another one when the server is killed', async () => {
  const doomed = await startEjabberd({ storage: 'scram', hash: 'sha256' })
  await Promise.all(USERS.map(user => doomed.register(user, passwordOf(user))))
  const app = await startApp(undefined, doomed.url)
  try {
    const logins = shuffled(500, 1)
    let answered = 0
    const answers = await all(logins, 50, async (login, nth) => {
      const answer = await app.signIn(login, nth)
      if (++answered === 100) doomed.signal('SIGKILL')
      return answer
    })

    const isDue = due(logins)
    const wrong = answers.filter(
      ({ status, jid }, n) => status < 500 && (status !== isDue[n]?.status || jid !== isDue[n]?.jid),
    )
    expect(wrong).toEqual([])
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 401, 502]))
    expect(answers).toHaveLength(500)
  } finally {
    await app.close()
    await doomed.stop()
  }
}, 120_000)
