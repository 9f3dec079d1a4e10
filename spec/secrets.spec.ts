import { inspect } from 'node:util'
import { Authenticator, type Mechanism, Strategy } from '../lib'
import { type BoshServer, type FaultReply, type Step, startBoshServer } from '../lib/testing/server'
import { form, visit } from './fixtures/passport'

/*
 * A password, a SASL payload or a sid in an error or a log is one for everybody who reads it. This looks for them in
 * everything the library lets out, over every way a login can end.
 */

const PASSWORD = 'correct-horse-battery-staple'
const SASL = "xmlns='urn:ietf:params:xml:ns:xmpp-sasl'"

let server: BoshServer
const written: string[] = []
beforeAll(async () => {
  server = await startBoshServer({ domain: 'localhost', accounts: { user1: PASSWORD } })
  for (const stream of [process.stdout, process.stderr]) {
    jest.spyOn(stream, 'write').mockImplementation(chunk => {
      written.push(String(chunk))
      return true
    })
  }
})
afterAll(async () => {
  jest.restoreAllMocks()
  await server.close()
})
afterEach(() => server.reset())

/** Everything secret that went over the wire, as text the server saw. */
function secretsOf(): string[] {
  const secrets = [PASSWORD, Buffer.from(PASSWORD).toString('base64')]
  for (const { sid, body } of server.requests) {
    if (sid) secrets.push(sid)
    for (const [, payload = ''] of body.matchAll(/>([A-Za-z0-9+/=]{8,})</g)) {
      secrets.push(payload, Buffer.from(payload, 'base64').toString())
    }
  }
  return secrets
}

const FAULTS: readonly (FaultReply | undefined)[] = [
  undefined,
  'not-authorized',
  'temporary-auth-failure',
  'reset',
  'not-xml',
  'empty',
  'terminate',
  { status: 500, body: PASSWORD },
  { terminate: PASSWORD },
  { streamError: PASSWORD },
  { body: `HTTP garbage ${PASSWORD}` },
  { payload: `<failure ${SASL}><${PASSWORD}/><text>${PASSWORD}</text></failure>` },
  { payload: `<${PASSWORD} ${SASL}/>` },
  { payload: `<challenge ${SASL}>${Buffer.from(`e=${PASSWORD}`).toString('base64')}</challenge>` },
  { payload: `<challenge ${SASL}>${Buffer.from(`r=${PASSWORD},s=${PASSWORD},i=1`).toString('base64')}</challenge>` },
  { payload: `<success ${SASL}>${Buffer.from(`v=${PASSWORD}`).toString('base64')}</success>` },
]
const STEPS: readonly Step[] = ['create', 'auth', 'response', 'restart', 'bind']
const DIALOGUES = (['PLAIN', 'SCRAM-SHA-256'] as const).flatMap((mechanism: Mechanism) =>
  STEPS.flatMap(on => FAULTS.map(reply => ({ mechanism, on, reply }))),
)

test(`no secret in any error, answer, log or session, over ${DIALOGUES.length} dialogues`, async () => {
  for (const { mechanism, on, reply } of DIALOGUES) {
    if (reply !== undefined) server.fault({ on, reply })
    const authenticator = new Authenticator({
      service: server.url,
      domain: 'localhost',
      mechanisms: [mechanism],
      failureDelay: 0,
    })
    const strategy = new Strategy({ authenticator })
    const answer = await visit(strategy, form('user1', PASSWORD))
    await authenticator.close()
    const shown = [
      inspect(answer, { depth: 9, showHidden: true }),
      JSON.stringify(answer),
      inspect(strategy, { depth: 9, showHidden: true }),
      inspect(authenticator, { depth: 9, showHidden: true }),
      answer.error?.stack ?? '',
      ...written,
    ].join('\n')

    for (const secret of secretsOf()) expect(shown).not.toContain(secret)
    server.reset()
  }
})

test('the search would find them', async () => {
  await visit(
    new Strategy({ service: server.url, domain: 'localhost', mechanisms: ['PLAIN'] }),
    form('user1', PASSWORD),
  )
  const [, auth] = server.requests

  expect(secretsOf()).toEqual(expect.arrayContaining([PASSWORD, auth?.sid, `\0user1\0${PASSWORD}`]))
})
