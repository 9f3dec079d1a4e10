import { AsyncLocalStorage } from 'node:async_hooks'
import { execFileSync } from 'node:child_process'
import { tracingChannel } from 'node:diagnostics_channel'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { Registration } from '../../lib/index'
import { Authenticator } from '../../lib/login/authenticator'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'

const NAMES = ['login', 'registration', 'connection'] as const
interface Seen {
  name: string
  message: Record<string, unknown>
}

/** Subscribes to all channels, runs `work`, and returns copies of the messages in their order. */
async function seenDuring(work: () => Promise<unknown>): Promise<Seen[]> {
  const seen: Seen[] = []
  const subscribed = NAMES.map(name => {
    const listen = (event: string) => (message: object) =>
      void seen.push({ name: `${name}:${event}`, message: { ...message } })
    const handlers = { start: listen('start'), asyncEnd: listen('end'), error: listen('error') }
    const channel = tracingChannel(`passport-xmpp-bosh:${name}`)
    channel.subscribe(handlers as never)
    return () => channel.unsubscribe(handlers as never)
  })
  try {
    await work()
  } catch {
    // The messages tell.
  } finally {
    for (const unsubscribe of subscribed) unsubscribe()
  }
  return seen
}

let server: BoshServer
beforeAll(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: { alice: 's3cretOfAlice' }, registration: 'captcha' })
})
afterEach(() => server.reset())
afterAll(() => server.close())

const alice = { username: 'alice', password: 's3cretOfAlice' }
const of = (name: string, seen: readonly Seen[]) => seen.filter(one => one.name === name).map(({ message }) => message)

/** Logs in with other options, and closes the Authenticator. */
async function login(credentials = alice, options: { service?: string | string[] } = {}): Promise<void> {
  const authenticator = new Authenticator({ service: server.url, domain: 'localhost', failureDelay: 0, ...options })
  try {
    await authenticator.authenticate(credentials)
  } finally {
    await authenticator.close()
  }
}

describe('the channel passport-xmpp-bosh:login', () => {
  test('names service and domain at the start of a login, and the account at the end of a success', async () => {
    const seen = await seenDuring(() => login())

    expect(of('login:start', seen)).toEqual([{ domain: 'localhost', service: server.url }])
    expect(of('login:end', seen)).toEqual([
      expect.objectContaining({
        domain: 'localhost',
        service: server.url,
        code: 'ok',
        duration: expect.any(Number),
        mechanism: 'SCRAM-SHA-512',
        jid: 'alice@localhost',
      }),
    ])
    expect(of('login:end', seen)[0]?.['duration']).toBeGreaterThan(0)
    expect(of('login:error', seen)).toEqual([])
  })

  test.each([
    ['a wrong password', { ...alice, password: 'x' }, 'invalid-credentials', 401],
    ['a missing password', { ...alice, password: '' }, 'missing-credentials', 400],
  ])('names code and status, and no account, at the end of %s', async (_, credentials, code, status) => {
    const [message] = of('login:end', await seenDuring(() => login(credentials)))

    expect(message).toMatchObject({ code, status, error: expect.objectContaining({ code }) })
    expect(message).not.toHaveProperty('jid')
    expect(message).not.toHaveProperty('mechanism')
  })

  test('names the service that was chosen when there are several', async () => {
    const service = ['http://127.0.0.1:9/bosh?key=s3cretOfTheQuery', server.url]
    const seen = await seenDuring(() => login(alice, { service }))

    expect(of('login:start', seen)).toEqual([{ domain: 'localhost' }])
    expect(of('login:end', seen)).toMatchObject([{ service: server.url, code: 'ok' }])
    expect(of('connection:end', seen)).toMatchObject([
      { service: 'http://127.0.0.1:9/bosh', code: 'ERR_XMPP_CONNECT', status: 502 },
      { service: server.url, code: 'ok' },
    ])
  })

  test('reports an error of no known kind as unexpected', async () => {
    const authenticator = new Authenticator({ service: server.url, domain: 'localhost' })
    const seen = await seenDuring(() => authenticator.authenticate(alice, { signal: {} as AbortSignal }))
    await authenticator.close()

    expect(of('login:end', seen)).toMatchObject([{ code: 'unexpected', status: 500 }])
  })

  test('gives the store of a subscriber to all that the login does', async () => {
    const store = new AsyncLocalStorage<string>()
    const channel = tracingChannel('passport-xmpp-bosh:login')
    channel.start.bindStore(store as AsyncLocalStorage<unknown>, () => 'span of the login')
    const stores: unknown[] = []
    const listen = () => void stores.push(store.getStore())
    const connection = tracingChannel('passport-xmpp-bosh:connection')
    connection.start.subscribe(listen)
    connection.asyncEnd.subscribe(listen)
    try {
      await login()
    } finally {
      connection.start.unsubscribe(listen)
      connection.asyncEnd.unsubscribe(listen)
      channel.start.unbindStore(store as AsyncLocalStorage<unknown>)
    }

    expect(stores).toEqual(['span of the login', 'span of the login'])
    expect(store.getStore()).toBeUndefined()
  })
})

describe('the channel passport-xmpp-bosh:registration', () => {
  const registration = () => new Registration({ service: server.url, domain: 'localhost', failureDelay: 0 })

  test('names each operation, and the account when it succeeded', async () => {
    const used = registration()
    const changed = { ...alice, password: 'an0therSecret' }
    server.accounts.add('dora', 's3cretOfDora')
    const seen = await seenDuring(async () => {
      await used.form()
      const { state } = await used.form()
      await used.submit(state, { username: 'bob', password: 's3cretOfBob', ocr: 'wrong' }).catch(() => {})
      await used.changePassword(alice, changed.password)
      await used.remove({ username: 'dora', password: 's3cretOfDora' })
    })
    await used.close()

    expect(of('registration:end', seen)).toMatchObject([
      { operation: 'form', code: 'ok' },
      { operation: 'form', code: 'ok' },
      { operation: 'submit', code: 'captcha-wrong', status: 400 },
      { operation: 'changePassword', code: 'ok', jid: 'alice@localhost' },
      { operation: 'remove', code: 'ok', jid: 'dora@localhost' },
    ])
    expect(of('registration:start', seen)).toHaveLength(5)
    expect(of('registration:end', seen)[0]).not.toHaveProperty('jid')
  })

  test('no message holds a password, a captcha, a state or a sid', async () => {
    const used = registration()
    const secrets: string[] = ['s3cret', 'an0ther']
    const seen = await seenDuring(async () => {
      const { captcha, state } = await used.form()
      secrets.push(captcha?.image?.toString('base64') ?? 'none', JSON.stringify(state.answer ?? 'none'))
      const typed = { username: 'bob', password: 's3cretOfBob', ocr: '111111' }
      await used.submit(state, typed).catch(() => {})
      await used.changePassword({ ...alice, password: 's3cretThatIsWrong' }, 'an0ther').catch(() => {})
      await used.remove({ ...alice, password: 's3cretThatIsWrong' }).catch(() => {})
      await login({ ...alice, password: 's3cretThatIsWrong' }).catch(() => {})
      secrets.push(...server.requests.flatMap(({ body }) => /sid='([^']+)'/.exec(body)?.[1] ?? []))
    })
    await used.close()
    const shown = inspect(seen, { depth: 9, showHidden: true })

    expect(seen.length).toBeGreaterThan(12)
    expect(secrets.length).toBeGreaterThan(8)
    for (const secret of secrets) expect(shown).not.toContain(secret)
  })
})

test('a login builds no message when no channel has a subscriber', () => {
  // In a process of its own: other specs of this one may have subscribed.
  const script = `
    const { tracingChannel } = require('node:diagnostics_channel')
    const { Authenticator } = require('./dist/index.js')
    const { startBoshServer } = require('./dist/testing/server.js')
    let built = 0
    for (const name of ${JSON.stringify(NAMES)}) {
      const { start } = tracingChannel('passport-xmpp-bosh:' + name)
      const { runStores } = start
      start.runStores = (...args) => (built++, runStores.apply(start, args))
    }
    async function login() {
      const server = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
      const authenticator = new Authenticator({ service: server.url, domain: 'localhost' })
      const { jid } = await authenticator.authenticate({ username: 'alice', password: 'secret' })
      await authenticator.close()
      await server.close()
      console.log(jid, built)
    }
    login()`
  const said = execFileSync(process.execPath, ['-e', script], { cwd: join(__dirname, '../..'), encoding: 'utf8' })

  expect(said).toBe('alice@localhost 0\n')
})
