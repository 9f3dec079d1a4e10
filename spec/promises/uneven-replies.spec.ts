import { Authenticator, type Mechanism, Registration, XmppBoshError } from '../../lib/index'
import { MAX_EXCHANGES } from '../../lib/limits'
import { askIq } from '../../lib/stanzas/iq'
import { element } from '../../lib/xml/write'
import { handClock } from '../fixtures/clock'
import { impatientClock } from '../fixtures/impatient-clock'
import { base64, bodyOf, SASL } from '../fixtures/right-server'
import { transportTo } from '../fixtures/transport'
import { OTHERS, type Place, type Reply, type UnevenHabits, UnevenServer } from '../fixtures/uneven-server'

/*
 * Replies as Openfire, Tigase and MongooseIM send them now and then: an answer comes again, late, or without a body. The
 * proof stays what it was.
 */

type Credentials = Parameters<Registration['remove']>[0]
type Rewrite = (reply: string, request: string) => string | Buffer
interface Dialogue extends Partial<UnevenHabits> {
  readonly mechanism?: Mechanism
  readonly bind?: boolean
  /** sends an iq on the session after the login */
  readonly use?: boolean
  readonly typed?: string
  readonly replies?: readonly Reply[]
  readonly rewrite?: Rewrite
}

// Not a multiple of 250, so that the pauses between two polls can be told from the deadline.
const TIMEOUT_MS = 7_777
const RIGHT: Reply = { kind: 'right' }
const at = (exchange: number, reply: Reply): Reply[] => [...new Array<Reply>(exchange).fill(RIGHT), reply]

/** Names a request by what it asks for. */
function stepOf(request: string): string {
  if (request.includes("type='terminate'")) return 'terminate'
  if (!request.includes(' sid=')) return 'create'
  if (request.includes('xmpp:restart')) return 'restart'
  return /<(auth|response|bind|session|query)[ >]/.exec(request)?.[1] ?? 'poll'
}

async function play({
  mechanism = 'PLAIN',
  bind = true,
  use = false,
  typed = 'pencil',
  replies = [],
  rewrite,
  ...habits
}: Dialogue) {
  const server = new UnevenServer({ password: 'pencil', ...habits }, replies)
  const steps: string[] = []
  const transport = transportTo({
    async post(_url, request) {
      steps.push(stepOf(request))
      const { bytes } = server.answer(request)
      return rewrite ? Buffer.from(rewrite(bytes.toString(), request)) : bytes
    },
    close() {},
  })
  const options = { service: 'http://127.0.0.1/bosh', domain: 'localhost', mechanisms: [mechanism], bind }
  const authenticator = new Authenticator(
    { ...options, minIterations: 1, failureDelay: 0, timeout: TIMEOUT_MS },
    { clock: impatientClock(), transport },
  )
  const query = { type: 'get', payload: element('query', { xmlns: 'urn:x' }), from: () => true } as const
  const credentials = { username: 'user1', password: typed }
  const login = use
    ? authenticator.authenticated(credentials, {}, async ({ jid }, session, signal) => {
        await askIq(session, query, signal)
        return jid
      })
    : authenticator.authenticate(credentials).then(({ jid }) => jid)
  const end: unknown = await login.catch((error: unknown) => error)
  await authenticator.close()
  return { end, steps: steps.filter(step => step !== 'terminate') }
}

const errorOf = ({ end }: { end: unknown }) => (XmppBoshError.is(end) ? end : undefined)
const JID = 'user1@localhost'
const WAY = {
  PLAIN: ['create', 'auth', 'restart', 'bind'],
  'SCRAM-SHA-256': ['create', 'auth', 'response', 'restart', 'bind'],
} as const
const PLACES: readonly Place[] = ['instead', 'before', 'after']
const WHERE: Readonly<Record<Place, string>> = { instead: 'in place of', before: 'before', after: 'after' }

describe('an answer that comes again', () => {
  // Answers are counted from <auth/> on. Each comes again with every later one.
  const CASES = (['PLAIN', 'SCRAM-SHA-256'] as const).flatMap(mechanism =>
    WAY[mechanism]
      .slice(2)
      .flatMap((step, n) =>
        Array.from({ length: n + 1 }, (_, which) => which).flatMap(which =>
          PLACES.map(place => ({ mechanism, step, exchange: n + 2, which, place, where: WHERE[place] })),
        ),
      ),
  )

  test.each(CASES)(
    'is passed over in a $mechanism login when answer $which comes $where that to $step',
    async ({ mechanism, exchange, which, place }) => {
      const { end, steps } = await play({ mechanism, replies: at(exchange, { kind: 'again', which, place }) })

      expect(end).toBe(JID)
      const asked = [...WAY[mechanism]] as string[]
      if (place === 'instead') asked.splice(exchange + 1, 0, 'poll')
      expect(steps).toEqual(asked)
    },
  )

  test('is a protocol error when it comes a third time', async () => {
    const again: Reply = { kind: 'again', which: 0, place: 'before' }
    const { end, steps } = await play({ replies: [RIGHT, RIGHT, again, again] })

    expect(errorOf({ end })?.code).toBe('ERR_XMPP_PROTOCOL')
    expect(steps).toEqual(WAY.PLAIN)
  })

  test.each([
    ['another text', (success: string) => success.replace(/>[^<]*<\/success>/, `>${base64('v=AAAA')}</success>`)],
    ['an attribute more', (success: string) => success.replace('<success', "<success x='y'")],
    ['a child', (success: string) => success.replace(/<\/success>/, '<x/></success>')],
    ['another namespace', (success: string) => success.replace(SASL, 'urn:x')],
  ])('is a protocol error when it has %s', async (_, changed) => {
    let success = ''
    const rewrite: Rewrite = (reply, request) => {
      success = /<success.*<\/success>/.exec(reply)?.[0] ?? success
      return stepOf(request) === 'restart' ? reply.replace('</body>', `${changed(success)}</body>`) : reply
    }

    expect(errorOf(await play({ mechanism: 'SCRAM-SHA-256', rewrite }))?.code).toBe('ERR_XMPP_PROTOCOL')
  })

  test('does not stand in for the answer that is due', async () => {
    const rewrite: Rewrite = (reply, request) =>
      stepOf(request) === 'poll' ? bodyOf({ attributes: '', payload: '' }) : reply
    const replies = at(3, { kind: 'again', which: 0, place: 'instead' })

    expect(errorOf(await play({ replies, rewrite }))).toMatchObject({
      code: 'ERR_XMPP_PROTOCOL',
      message: 'the server sent no answer',
    })
  })

  test.each([
    ['no signature', '<success/>'],
    ['a wrong signature', `<success>${base64('v=AAAA')}</success>`],
  ])('leaves the proof to come when a challenge is followed by %s', async (_, success) => {
    const written = success.replace('<success', `<success xmlns='${SASL}'`)
    const rewrite: Rewrite = reply => reply.replace(/<success.*<\/success>/, written)
    const replies = at(2, { kind: 'again', which: 0, place: 'instead' })
    const { end, steps } = await play({ mechanism: 'SCRAM-SHA-256', replies, rewrite })

    expect(errorOf({ end })?.code).toBe('ERR_XMPP_SERVER_PROOF')
    expect(steps).toEqual(['create', 'auth', 'response', 'poll'])
  })

  test('is not a refusal: the same refusal answers each spelling of a password', async () => {
    const { end, steps } = await play({ typed: 'pen\u00adcill' })

    expect(errorOf({ end })?.code).toBe('invalid-credentials')
    expect(steps).toEqual(['create', 'auth', 'auth'])
  })
})

describe('a reply without a body', () => {
  const NONE: Reply = { kind: 'without-body' }

  test.each([
    ['PLAIN', 1],
    ['SCRAM-SHA-256', 1],
    ['SCRAM-SHA-256', 2],
  ] as const)('refuses a %s login at exchange %i and names the causes', async (mechanism, exchange) => {
    const { end, steps } = await play({ mechanism, replies: at(exchange, NONE) })

    expect(end).toMatchObject({ code: 'invalid-credentials', status: 401, cause: { code: 'ERR_XMPP_PROTOCOL' } })
    expect(errorOf({ end })?.message).toMatch(/MongooseIM .* cannot prepare .* lacks a hash/)
    expect(steps).toEqual(WAY[mechanism].slice(0, exchange + 1))
  })

  test('refuses a login when it comes one request late', async () => {
    const rewrite: Rewrite = (reply, request) => (stepOf(request) === 'poll' ? '' : reply)

    expect(errorOf(await play({ replies: at(1, { kind: 'late' }), rewrite }))?.code).toBe('invalid-credentials')
  })

  test('ends the tries of a password with two spellings', async () => {
    const { end, steps } = await play({ typed: 'pen\u00adcil', replies: at(1, NONE) })

    expect(errorOf({ end })?.code).toBe('invalid-credentials')
    expect(steps).toEqual(['create', 'auth'])
  })

  test.each([
    ['create', 0],
    ['restart', 2],
    ['bind', 3],
    ['session', 4],
    ['query', 5],
  ])('is a protocol error in answer to %s', async (step, exchange) => {
    const { end, steps } = await play({ use: true, demandsSession: true, replies: at(exchange, NONE) })

    expect(errorOf({ end })?.code).toBe('ERR_XMPP_PROTOCOL')
    expect(steps.at(-1)).toBe(step)
  })

  test('is held back as long as the refusal of an unknown name', async () => {
    const clock = handClock()
    const server = new UnevenServer({ password: 'pencil' }, at(1, NONE))
    const transport = transportTo({ post: async (_url, request) => server.answer(request).bytes, close() {} })
    const options = { service: 'http://127.0.0.1/bosh', domain: 'localhost', mechanisms: ['PLAIN'] as const }
    const authenticator = new Authenticator({ ...options, failureDelay: 300 }, { clock, transport })
    const turn = () => new Promise(resolve => setImmediate(resolve))
    let end: unknown
    const login = authenticator.authenticate({ username: 'user1', password: 'pw' }).catch((error: unknown) => {
      end = error
    })
    for (let n = 0; n < 20; n++) await turn()
    clock.advance(299)
    await turn()
    expect(end).toBeUndefined()

    clock.advance(300)
    await login
    expect(errorOf({ end })?.code).toBe('invalid-credentials')
    await authenticator.close()
  })
})

describe('a session that is to be established', () => {
  const USED = ['create', 'auth', 'restart', 'bind', 'session', 'query']

  test('is established before anything else when the server demands it', async () => {
    expect(await play({ use: true, demandsSession: true })).toEqual({ end: JID, steps: USED })
  })

  test.each([
    ['change', (account: Registration, user: Credentials) => account.changePassword(user, 'correct horse')],
    ['removal', (account: Registration, user: Credentials) => account.remove(user)],
  ])('is established before the %s of an account', async (_, work) => {
    const server = new UnevenServer({ password: 'pencil', demandsSession: true }, [])
    const steps: string[] = []
    const transport = transportTo({
      async post(_url, request) {
        steps.push(stepOf(request))
        return server.answer(request).bytes
      },
      close() {},
    })
    const options = { service: 'http://127.0.0.1/bosh', domain: 'localhost', mechanisms: ['PLAIN'] as const }
    const registration = new Registration({ ...options, timeout: TIMEOUT_MS }, { clock: impatientClock(), transport })
    await work(registration, { username: 'user1', password: 'pencil' })
    await registration.close()

    expect(steps).toEqual([...USED, 'terminate'])
  })

  test.each(['<session xmlns="S"><optional/></session>', '<session xmlns="urn:x"/>', ''])(
    'costs no request when the features have "%s"',
    async offered => {
      const rewrite: Rewrite = (reply, request) =>
        stepOf(request) === 'restart'
          ? reply.replace('</stream:features>', `${offered.replace('S', 'urn:ietf:params:xml:ns:xmpp-session')}$&`)
          : reply

      expect(await play({ use: true, rewrite })).toEqual({ end: JID, steps: USED.filter(step => step !== 'session') })
    },
  )

  test.each(['PLAIN', 'SCRAM-SHA-256'] as const)('costs a %s login no request', async mechanism => {
    expect(await play({ mechanism, demandsSession: true })).toEqual({ end: JID, steps: WAY[mechanism] })
  })

  test.each([
    ['forbidden', 'not-allowed', 403],
    ['not-allowed', 'not-allowed', 403],
    ['conflict', 'ERR_XMPP_UNAVAILABLE', 503],
    ['internal-server-error', 'ERR_XMPP_UNAVAILABLE', 503],
    ['resource-constraint', 'ERR_XMPP_UNAVAILABLE', 503],
    ['bad-request', 'ERR_XMPP_PROTOCOL', 502],
  ])('ends the work when the server refuses it with %s', async (condition, code, status) => {
    const refusal = `<error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`
    const rewrite: Rewrite = (reply, request) =>
      stepOf(request) === 'session'
        ? reply.replace("type='result'", "type='error'").replace('</iq>', `${refusal}</iq>`)
        : reply
    const { end, steps } = await play({ use: true, demandsSession: true, rewrite })

    expect(end).toMatchObject({ code, status, condition, message: expect.stringContaining('RFC 3921') })
    expect(steps).toEqual(USED.slice(0, -1))
  })

  test('takes no answer from another account', async () => {
    const rewrite: Rewrite = (reply, request) =>
      stepOf(request) === 'session' ? reply.replace('<iq ', "<iq from='user2@localhost' ") : reply

    expect(errorOf(await play({ use: true, demandsSession: true, rewrite }))?.code).toBe('ERR_XMPP_PROTOCOL')
  })
})

describe('a server that is one reply behind', () => {
  test.each(['PLAIN', 'SCRAM-SHA-256'] as const)('lets a %s login in, and what follows it', async mechanism => {
    const replies = new Array<Reply>(8).fill({ kind: 'late' })
    const { end, steps } = await play({ mechanism, use: true, demandsSession: true, replies })

    expect(end).toBe(JID)
    expect(steps).toEqual([...WAY[mechanism], 'session', 'query'].flatMap(step => [step, 'poll']))
    expect(steps.length).toBeLessThanOrEqual(MAX_EXCHANGES)
  })

  test('is named as starting when it sends no features', async () => {
    const rewrite: Rewrite = reply => reply.replace(/<stream:features>.*<\/stream:features>/, '')

    expect(errorOf(await play({ rewrite }))).toMatchObject({
      code: 'ERR_XMPP_PROTOCOL',
      message: 'the server sent no features; it may be starting',
    })
  })

  test.each(OTHERS.map((other, which) => ({ other, which })))('needs proof when it says $other', async ({ which }) => {
    // Neither a success that comes too early nor a bind that was not asked for is proof.
    for (const place of PLACES) {
      for (let exchange = 0; exchange < 3; exchange++) {
        const rewrite: Rewrite = reply => reply.replace(/<success [^>]*>[^<]+<\/success>/, `<success xmlns='${SASL}'/>`)
        const replies = at(exchange, { kind: 'other', which, place })

        expect(errorOf(await play({ mechanism: 'SCRAM-SHA-256', replies, rewrite }))).toBeDefined()
      }
    }
  })
})

test.each([
  ['bad-protocol', 'invalid-credentials', 401],
  ['bad-auth', 'invalid-credentials', 401],
  ['no-mechanism', 'ERR_XMPP_MECHANISM', 500],
])('a failure of MongooseIM named %s means %s', async (condition, code, status) => {
  const rewrite: Rewrite = (reply, request) =>
    stepOf(request) === 'auth'
      ? bodyOf({ attributes: '', payload: `<failure xmlns='${SASL}'><${condition}/></failure>` })
      : reply

  expect((await play({ rewrite })).end).toMatchObject({ code, status, condition })
})

test.each([
  ['conflict', 'another one took its place'],
  ['connection-timeout', 'it took too long'],
])('a stream error named %s without a type says: %s', async (condition, words) => {
  const error = `<stream:error><${condition} xmlns='urn:ietf:params:xml:ns:xmpp-streams'/></stream:error>`
  const rewrite: Rewrite = (reply, request) =>
    stepOf(request) === 'bind' ? bodyOf({ attributes: '', payload: error }) : reply

  expect((await play({ rewrite })).end).toMatchObject({
    code: 'ERR_XMPP_TERMINATED',
    condition,
    message: expect.stringContaining(words),
  })
})

test('a removal that MongooseIM ends with a conflict beside the answer is an answer', async () => {
  const rewrite: Rewrite = (reply, request) =>
    stepOf(request) === 'query' ? reply.replace('</body>', '<stream:error><conflict/></stream:error></body>') : reply

  expect((await play({ use: true, demandsSession: true, rewrite })).end).toBe(JID)
})
