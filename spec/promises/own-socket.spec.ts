import { Agent } from 'node:http'
import type { Socket } from 'node:net'
import { Authenticator } from '../../lib/index'
import { TERMINATE_TIMEOUT_MS } from '../../lib/limits'
import { handClock } from '../fixtures/clock'
import { type Served, served } from '../fixtures/served'

/* A session owns its socket: other sessions neither end it nor keep it waiting. Real sockets on loopback. */

const USER1 = { username: 'user1', password: 'user1' }
const turns = async (number: number) => {
  for (let n = 0; n < number; n++) await new Promise(resolve => setImmediate(resolve))
}

const ended: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ended.splice(0).reverse()) await end()
})

/** Logs in so many times, so many at a time, and returns what came of it. */
async function logIn(authenticator: Authenticator, number: number, atATime: number): Promise<string[]> {
  const outcomes: string[] = []
  let left = number
  const visitor = async () => {
    while (left-- > 0) outcomes.push(await authenticator.authenticate(USER1).then(({ jid }) => jid, String))
  }
  await Promise.all(Array.from({ length: atATime }, visitor))
  return outcomes
}

describe('on a server that needs 500 ms for each answer', () => {
  test.each<[sockets: string, agent: Agent | undefined]>([
    ['sockets of their own', undefined],
    ['eight sockets of a given agent', new Agent({ keepAlive: true, maxSockets: 8 })],
  ])('a hundred logins at once leave no session behind with %s', async (_, agent) => {
    const clock = handClock()
    const server = await served(({ send }) => clock.after(500, send))
    ended.push(() => server.close())
    const authenticator = new Authenticator(
      { service: server.url, domain: 'localhost', mechanisms: ['PLAIN'], timeout: 60_000, ...(agent && { agent }) },
      { clock },
    )
    ended.push(() => authenticator.close())
    ended.push(() => agent?.destroy())
    const logins = Array.from({ length: 100 }, () => authenticator.authenticate(USER1))
    let isOver = false
    const all = Promise.all(logins).finally(() => {
      isOver = true
    })
    while (!isOver) {
      await turns(40)
      clock.advance(500)
    }
    expect(await all).toHaveLength(100)
    // The last terminates are on their way, or wait for a socket: each gets its reply 500 ms after it has one.
    const isClosed = authenticator.close().then(() => true)
    while (!(await Promise.race([isClosed, turns(40)]))) clock.advance(500)
    expect(server.responder.sessions).toEqual([])
  })
})

test('close() ends in a bounded time when sessions wait for a socket of a given agent and no terminate is answered', async () => {
  const TIMEOUT_MS = 8000
  const clock = handClock()
  const server = await served(({ step, send }) => step !== 'terminate' && send())
  ended.push(() => server.close())
  const agent = new Agent({ keepAlive: true, maxSockets: 2 })
  ended.push(() => agent.destroy())
  const authenticator = new Authenticator(
    { service: server.url, domain: 'localhost', mechanisms: ['PLAIN'], timeout: TIMEOUT_MS, failureDelay: 0, agent },
    { clock },
  )
  const logins = Promise.allSettled(Array.from({ length: 20 }, () => authenticator.authenticate(USER1)))
  await turns(200)
  let waitedMs = 0
  const isClosed = authenticator.close().then(() => true)
  for (; !(await Promise.race([isClosed, turns(40)])); waitedMs += 500) clock.advance(500)
  await logins
  expect(waitedMs).toBeGreaterThan(TERMINATE_TIMEOUT_MS)
  expect(waitedMs).toBeLessThanOrEqual(TIMEOUT_MS + TERMINATE_TIMEOUT_MS)
})

/** Ends each connection that a session used when it ends, as Tigase does. */
async function closingServer() {
  const usedBy = new Map<string | undefined, Set<Socket>>()
  const creations: (string | undefined)[] = []
  const server = await served(({ socket, sid, step, send }: Served) => {
    const sockets = usedBy.get(sid) ?? new Set()
    usedBy.set(sid, sockets.add(socket))
    if (step === 'create') creations.push(sid)
    send()
    if (step !== 'terminate') return
    setImmediate(() => {
      for (const used of sockets) used.destroySoon()
    })
  })
  ended.push(() => server.close())
  return { ...server, creations }
}

describe('on a server that ends all connections of a session together with it', () => {
  test.each([4, 16, 50])('a hundred right logins, %i at a time, are all let in', async atATime => {
    const server = await closingServer()
    const authenticator = new Authenticator({
      service: server.url,
      domain: 'localhost',
      mechanisms: ['PLAIN'],
      maxQueue: 0,
    })
    ended.push(() => authenticator.close())
    expect(new Set(await logIn(authenticator, 100, atATime))).toEqual(new Set(['user1@localhost']))
    await authenticator.close()
    expect(server.responder.sessions.filter(({ username }) => username !== undefined)).toEqual([])
  })

  test('a hundred right logins, one after the other, make hardly a session too many', async () => {
    const server = await closingServer()
    const authenticator = new Authenticator({ service: server.url, domain: 'localhost', mechanisms: ['PLAIN'] })
    ended.push(() => authenticator.close())
    expect(new Set(await logIn(authenticator, 100, 1))).toEqual(new Set(['user1@localhost']))
    // At most the first repeat makes one: from then on, each session has a new connection.
    expect(server.creations.length).toBeLessThanOrEqual(101)
  })

  test('a hundred right logins through an agent without keep-alive are all let in', async () => {
    const server = await closingServer()
    const agent = new Agent({ keepAlive: false })
    ended.push(() => agent.destroy())
    const authenticator = new Authenticator({ service: server.url, domain: 'localhost', mechanisms: ['PLAIN'], agent })
    ended.push(() => authenticator.close())
    expect(new Set(await logIn(authenticator, 100, 32))).toEqual(new Set(['user1@localhost']))
  })
})

test('a creation that was sent again because its connection had been closed leaves no session behind', async () => {
  const idle = new Set<Socket>()
  let close = false
  const server = await served(({ socket, step, send }) => {
    send()
    if (step === 'terminate') idle.add(socket)
    if (close) for (const one of idle) one.destroy()
  })
  ended.push(() => server.close())
  const authenticator = new Authenticator({ service: server.url, domain: 'localhost' })
  ended.push(() => authenticator.close())
  await logIn(authenticator, 8, 4)
  close = true
  // The connections end while the next creations are on their way.
  for (const one of idle) one.destroy()
  expect(new Set(await logIn(authenticator, 8, 4))).toEqual(new Set(['user1@localhost']))
  await authenticator.close()
  expect(server.responder.sessions).toEqual([])
})
