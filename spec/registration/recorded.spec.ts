import { Registration, type XmppBoshError } from '../../lib/index'
import { type BoshServer, type BoshServerOptions, type Step, startBoshServer } from '../../lib/testing/server'
import { CHANGED, FORMS, REFUSED, REMOVED, type RecordedReply } from '../fixtures/registration/recorded'

/* The library reads what Openfire, Tigase, MongooseIM, Metronome, Prosody and ejabberd replied. */

const PASSWORD = 'correct-horse-battery-staple'
const USER3 = { username: 'user3', password: PASSWORD }
const NEW = { username: 'user9', password: PASSWORD, email: 'user9@example.com', ocr: '1', qa: '23' }

let servers: BoshServer[] = []
let opened: Registration[] = []
afterEach(async () => {
  await Promise.all(opened.map(one => one.close()))
  await Promise.all(servers.map(server => server.close()))
  opened = []
  servers = []
})

const domainOf = (body: string) => /(?:openfire\.test|tigase\.test|strict\.localhost)/.exec(body)?.[0] ?? 'localhost'

async function serving(domain: string, options: Partial<BoshServerOptions> = {}, timeout = 15_000) {
  const accounts = { user3: PASSWORD }
  const server = await startBoshServer({ domain, accounts, registration: 'open', ...options })
  servers.push(server)
  const client = new Registration({ service: server.url, domain, failureDelay: 0, timeout })
  opened.push(client)
  return { server, client }
}

/** Replies to the next request `on` with a recorded body. */
function replying(server: BoshServer, on: Step, recorded: string, before: () => void = () => {}) {
  const rewrite = (_: string, { body }: { readonly body: string }) => {
    before()
    return recorded.replace('ID', /<iq [^>]*id='([^']+)'/.exec(body)?.[1] ?? '')
  }
  server.fault({ on, reply: { rewrite } })
}

const outcome = (work: Promise<unknown>): Promise<XmppBoshError | string> =>
  work.then(
    () => 'done',
    (reason: XmppBoshError) => reason,
  )
const codeOf = async (work: Promise<unknown>) => {
  const ended = await outcome(work)
  return typeof ended === 'string' ? ended : ended.code
}
const logins = ({ requests }: BoshServer) => requests.filter(({ step }) => step === 'auth').length

describe.each(['form', 'sign-up', 'password', 'removal'] as const)('a recorded refusal (%s)', request => {
  const rows = REFUSED.filter(row => row.request === request)

  test.each(rows.map(row => [row.server, row.what, row.code, row] as const))(
    '%s, %s, is %s',
    async (_server, _what, code, { body, form, typed }) => {
      const { server, client } = await serving(domainOf(body), { registration: form === 'captcha' ? form : 'open' })
      if (request === 'form') {
        replying(server, 'form', body)
        expect(await codeOf(client.form())).toBe(code)
        return
      }
      if (form !== undefined && form !== 'captcha') replying(server, 'form', FORMS[form])
      const state = request === 'sign-up' ? (await client.form()).state : undefined
      replying(server, request === 'removal' ? 'remove' : 'register', body)
      const work =
        request === 'sign-up'
          ? client.submit(state, { ...NEW, ...typed })
          : request === 'password'
            ? client.changePassword(USER3, 'another one')
            : client.remove(USER3)
      expect(await codeOf(work)).toBe(code)
    },
  )
})

test('a recorded form that demands a signature is registration-closed', async () => {
  const { server, client } = await serving('tigase.test')
  replying(server, 'form', FORMS['tigase-signed'])

  expect(await codeOf(client.form())).toBe('registration-closed')
})

describe('a recorded reply to a change', () => {
  test.each(CHANGED.map(reply => [reply.server, reply] as const))(
    'by %s proves the new password',
    async (_, { body }) => {
      const { server, client } = await serving(domainOf(body))
      replying(server, 'register', body)

      expect(await codeOf(client.changePassword(USER3, 'another one'))).toBe('done')
    },
  )
})

describe('a recorded reply to a removal', () => {
  const results = REMOVED.filter(({ what }) => what.startsWith('result'))
  const ends = REMOVED.filter(({ what }) => what.startsWith('end'))
  const named = (replies: readonly RecordedReply[]) => replies.map(reply => [reply.server, reply.what, reply] as const)

  test.each(named(results))('by %s, %s, is proof without a second login', async (_server, _what, { body }) => {
    const { server, client } = await serving(domainOf(body))
    replying(server, 'remove', body)

    expect(await codeOf(client.remove(USER3))).toBe('done')
    expect(logins(server)).toBe(1)
  })

  test.each(named(ends))(
    'by %s, %s, is a removal when the password is refused from then on',
    async (_server, _what, { body }) => {
      const { server, client } = await serving(domainOf(body))
      replying(server, 'remove', body, () => server.accounts.remove('user3'))

      expect(await codeOf(client.remove(USER3))).toBe('done')
      expect(logins(server)).toBe(2)
    },
  )

  test.each(named(ends))(
    'by %s, %s, is a removal when the account is disabled only if it says not-authorized',
    async (_server, _what, { body }) => {
      // Prosody 13 with registration_delete_grace_period disables the account, and deletes it later.
      const { server, client } = await serving(domainOf(body))
      replying(server, 'remove', body, () => {
        server.accounts.add('user3', PASSWORD)
        server.accounts.disable('user3')
      })
      const isOfProsody = body.includes('not-authorized')

      expect(await outcome(client.remove(USER3))).toEqual(
        isOfProsody
          ? 'done'
          : expect.objectContaining({
              code: 'ERR_XMPP_TERMINATED',
              message: expect.stringContaining('the account may be gone'),
            }),
      )
    },
  )

  test.each(named(ends))(
    'by %s, %s, is an error that says so when the account is still there',
    async (_server, _what, { body }) => {
      const { server, client } = await serving(domainOf(body))
      // The kit removes the account before it replies.
      replying(server, 'remove', body, () => server.accounts.add('user3', PASSWORD))

      expect(await outcome(client.remove(USER3))).toMatchObject({
        code: 'ERR_XMPP_TERMINATED',
        message: expect.stringContaining('(the account is still there)'),
      })
    },
  )

  test.each<[what: string, reply: 'reset' | 'hang', code: string]>([
    ['cannot be reached', 'reset', 'ERR_XMPP_CONNECT'],
    ['does not answer', 'hang', 'ERR_XMPP_TERMINATED'],
  ])('is an error that leaves the account open when the server then %s', async (_, reply, code) => {
    const [{ body }] = ends as [RecordedReply]
    const { server, client } = await serving(domainOf(body), {}, 1_500)
    replying(server, 'remove', body, () => server.fault({ on: 'create', reply, times: 2 }))

    expect(await outcome(client.remove(USER3))).toMatchObject({
      code,
      message: expect.stringContaining('the account may be gone'),
    })
  })
})

describe('a request that the server does not answer', () => {
  // Openfire holds the request, sends this after `wait`, and never more.
  const EMPTY = "<body xmlns='http://jabber.org/protocol/httpbind'></body>"
  const asking: Record<'sign-up' | 'password' | 'removal', (client: Registration) => Promise<unknown>> = {
    'sign-up': async client => client.submit((await client.form()).state, NEW),
    password: client => client.changePassword(USER3, 'another one'),
    removal: client => client.remove(USER3),
  }
  const SAYS = {
    'sign-up': /did not answer the sign-up.*registration is closed.*the account may exist/,
    password: /did not answer the change.*the old or the new password is valid/,
    removal: /did not answer the removal.*the account may be gone/,
  }

  test.each(['sign-up', 'password', 'removal'] as const)(
    'says what may be true when the deadline comes (%s)',
    async request => {
      const { server, client } = await serving('openfire.test', {}, 1_500)
      server.fault({ on: request === 'removal' ? 'remove' : 'register', reply: 'hang' })

      expect(await outcome(asking[request](client))).toMatchObject({
        code: 'ERR_XMPP_TIMEOUT',
        message: expect.stringMatching(SAYS[request]),
      })
    },
  )

  test.each(['sign-up', 'password'] as const)('says what may be true when empty replies come (%s)', async request => {
    const { server, client } = await serving('openfire.test')
    replying(server, 'register', EMPTY)
    server.fault({ on: 'poll', reply: 'empty', times: 3 })

    expect(await outcome(asking[request](client))).toMatchObject({
      code: 'ERR_XMPP_PROTOCOL',
      message: expect.stringMatching(SAYS[request]),
    })
  })

  test('says nothing of the account when it was never sent', async () => {
    const { server, client } = await serving('openfire.test', {}, 1_500)
    server.fault({ on: 'bind', reply: 'hang' })
    const ended = await outcome(client.changePassword(USER3, 'another one'))

    expect(ended).toMatchObject({ code: 'ERR_XMPP_TIMEOUT' })
    expect(String(ended)).not.toContain('the server did not answer the change')
  })
})
