import { type Mechanism, Strategy } from '../../lib/index'
import { POLL_PAUSE_MS } from '../../lib/limits'
import { Authenticator } from '../../lib/login/authenticator'
import { form, visit } from '../fixtures/passport'
import { BIND, bodyOf, CLIENT, HTTPBIND, RightServer, SASL, STREAMS } from '../fixtures/right-server'
import { transportTo } from '../fixtures/transport'

/*
 * A walk over the states of a login. In every state it tries each element of a list, in its own and in wrong
 * namespaces, alone, beside the right one, and around it. The tables below hold the allowed elements. All others are
 * protocol errors, and the client then sends only the terminate. Afterwards the server always goes on rightly, so that
 * a login that was let through by mistake would reach success.
 */

/** The result of a reply: the code of the error or refusal, or 'success' when the login goes on to its end. */
type Outcome = 'success' | string
const PROTOCOL = 'ERR_XMPP_PROTOCOL'
const TERMINATED = 'ERR_XMPP_TERMINATED'
const SERVER_PROOF = 'ERR_XMPP_SERVER_PROOF'

interface State {
  readonly name: string
  readonly mechanism: Mechanism
  /** the number of the request with the reply under test, counted from 0 */
  readonly at: number
  /** the reply to the request before is empty, so that this request is a poll */
  readonly polling?: true
  /** the server sends its signature in a challenge */
  readonly signsInChallenge?: true
  /** the one element that may come */
  readonly expects: string
  /** the elements that are not a protocol error when they come alone in their own namespace */
  readonly means: Readonly<Record<string, Outcome>>
}

const SCRAM = 'SCRAM-SHA-256'
const NOWHERE = { 'stream error': TERMINATED }
const NO_OFFER = { ...NOWHERE, features: 'ERR_XMPP_MECHANISM' }
// The success that came before is passed over when it comes again.
const ANEW = { ...NOWHERE, features: 'success', success: 'success' }
const IN_SASL = { ...NOWHERE, failure: 'invalid-credentials' }
const IN_BINDING = {
  ...NOWHERE,
  success: 'success',
  'iq result': 'success',
  message: 'success',
  presence: 'success',
  'iq with another id': 'success',
  'iq get with our id': 'success',
  'iq set with our id': 'success',
}
const STATES: readonly State[] = [
  { name: 'creating', mechanism: 'PLAIN', at: 0, expects: 'features', means: NO_OFFER },
  { name: 'waiting for features', mechanism: 'PLAIN', at: 1, polling: true, expects: 'features', means: NO_OFFER },
  {
    name: 'after <auth> by PLAIN',
    mechanism: 'PLAIN',
    at: 1,
    expects: 'success',
    means: { ...IN_SASL, success: 'success' },
  },
  {
    name: 'after <auth> by SCRAM',
    mechanism: SCRAM,
    at: 1,
    expects: 'challenge',
    means: { ...IN_SASL, success: SERVER_PROOF },
  },
  {
    name: 'after the proof',
    mechanism: SCRAM,
    at: 2,
    expects: 'success',
    means: { ...IN_SASL, success: SERVER_PROOF, challenge: SERVER_PROOF },
  },
  {
    name: 'after the signature in a challenge',
    mechanism: SCRAM,
    at: 3,
    signsInChallenge: true,
    expects: 'success',
    means: { ...IN_SASL, success: 'success' },
  },
  { name: 'restarting', mechanism: 'PLAIN', at: 2, expects: 'features', means: ANEW },
  { name: 'waiting for features again', mechanism: 'PLAIN', at: 3, polling: true, expects: 'features', means: ANEW },
  { name: 'binding', mechanism: 'PLAIN', at: 3, expects: 'iq result', means: IN_BINDING },
  { name: 'waiting for the bind', mechanism: 'PLAIN', at: 4, polling: true, expects: 'iq result', means: IN_BINDING },
]

/** Elements with their usual content and the namespace they belong to. `{id}` is the id of the client's iq. */
const ELEMENTS: Readonly<Record<string, { home: string; write: (xmlns: string) => string }>> = {
  features: { home: STREAMS, write: xmlns => `<features ${xmlns}/>` },
  'stream error': { home: STREAMS, write: xmlns => `<error ${xmlns}/>` },
  mechanisms: { home: SASL, write: xmlns => `<mechanisms ${xmlns}><mechanism>PLAIN</mechanism></mechanisms>` },
  challenge: { home: SASL, write: xmlns => `<challenge ${xmlns}>dj1BQUFB</challenge>` },
  success: { home: SASL, write: xmlns => `<success ${xmlns}/>` },
  failure: { home: SASL, write: xmlns => `<failure ${xmlns}><not-authorized/></failure>` },
  abort: { home: SASL, write: xmlns => `<abort ${xmlns}/>` },
  auth: { home: SASL, write: xmlns => `<auth ${xmlns} mechanism='PLAIN'>AHVzZXIxAHBlbmNpbA==</auth>` },
  response: { home: SASL, write: xmlns => `<response ${xmlns}/>` },
  'iq result': { home: CLIENT, write: xmlns => iq(xmlns, "type='result' id='{id}'") },
  'iq with another id': { home: CLIENT, write: xmlns => iq(xmlns, "type='result' id='other'") },
  'iq get with our id': { home: CLIENT, write: xmlns => iq(xmlns, "type='get' id='{id}'") },
  'iq set with our id': { home: CLIENT, write: xmlns => iq(xmlns, "type='set' id='{id}'") },
  message: { home: CLIENT, write: xmlns => `<message ${xmlns}><body>success</body></message>` },
  presence: { home: CLIENT, write: xmlns => `<presence ${xmlns}/>` },
  bind: { home: BIND, write: xmlns => `<bind ${xmlns}><jid>user1@localhost/r</jid></bind>` },
  jid: { home: BIND, write: xmlns => `<jid ${xmlns}>user1@localhost/r</jid>` },
  body: { home: HTTPBIND, write: xmlns => `<body ${xmlns}/>` },
  proceed: { home: 'urn:ietf:params:xml:ns:xmpp-tls', write: xmlns => `<proceed ${xmlns}/>` },
  compressed: { home: 'http://jabber.org/protocol/compress', write: xmlns => `<compressed ${xmlns}/>` },
  'success of SASL 2': {
    home: 'urn:xmpp:sasl:2',
    write: xmlns => `<success ${xmlns}><authorization-identifier>user1@localhost</authorization-identifier></success>`,
  },
  text: { home: SASL, write: xmlns => `<text ${xmlns}>success</text>` },
  'something unknown': { home: 'urn:x', write: xmlns => `<x ${xmlns}/>` },
}

function iq(xmlns: string, attributes: string): string {
  return `<iq ${xmlns} ${attributes}><bind xmlns='${BIND}'><jid>user1@localhost/r</jid></bind></iq>`
}

const NAMES = Object.keys(ELEMENTS)
const elementOf = (name: string, namespace?: string): string => {
  const { home, write } = ELEMENTS[name] ?? { home: '', write: () => '' }
  return write(`xmlns='${namespace ?? home}'`)
}
/** Returns namespaces that the element does not belong to. */
const foreign = (name: string): string[] => {
  const { home = '' } = ELEMENTS[name] ?? {}
  const others = [HTTPBIND, CLIENT, '', SASL, 'urn:xmpp:sasl:2', STREAMS, `${home}/`, home.toUpperCase(), `${home} `]
  return [...new Set(others)].filter(namespace => namespace !== home)
}

/** Makes the reply of a state from the right one. With `owes` the right one comes one reply later. */
type Say = (right: string) => { payload: string; attributes?: string; owes?: boolean }

interface Ended {
  readonly outcome: Outcome
  /** requests after the reply in question, the terminate not counted */
  readonly further: number
}

/** A clock on which polls do not wait and a deadline never comes. */
const impatient = {
  now: () => 0,
  date: () => 0,
  after(ms: number, then: () => void) {
    if (ms === POLL_PAUSE_MS) queueMicrotask(then)
    return () => {}
  },
}

async function walk(state: State, say: Say, bind = true): Promise<Ended> {
  const server = new RightServer({ password: 'pencil', lies: false })
  const asked: string[] = []
  let due = ''
  let signed = false
  const transport = transportTo({
    async post(_url, request) {
      const now = asked.push(request) - 1
      let { attributes, payload } = server.answer(request, message => message)
      if (state.signsInChallenge && payload.startsWith('<success') && !signed) {
        payload = payload.replaceAll('success', 'challenge')
        signed = true
      }
      payload = due + payload
      due = ''
      if (now === state.at - 1 && state.polling) {
        due = payload
        payload = ''
      } else if (now === state.at) {
        const said = say(payload)
        const id = /<iq [^>]*id='([^']*)'/.exec(asked.join(''))?.[1] ?? 'none'
        if (said.owes) due = payload
        payload = said.payload.replaceAll('{id}', id)
        attributes += said.attributes ?? ''
      }
      return Buffer.from(bodyOf({ attributes, payload }))
    },
    close() {},
  })
  const authenticator = new Authenticator(
    {
      service: 'http://127.0.0.1/bosh',
      domain: 'localhost',
      mechanisms: [state.mechanism],
      minIterations: 1,
      failureDelay: 0,
      bind,
    },
    { clock: impatient, transport },
  )
  const { action, info, error } = await visit(new Strategy({ authenticator }), form('user1', 'pencil'))
  await authenticator.close()
  const isTerminate = (request: string) => request.includes("type='terminate'")
  expect(asked.filter(request => request.includes('<auth ')).length).toBeLessThanOrEqual(1)
  return {
    outcome: action === 'success' ? action : String(info?.['code'] ?? error?.code),
    further: asked.slice(state.at + 1).filter(request => !isTerminate(request)).length,
  }
}

interface Case extends Ended {
  readonly said: string
}
/** Expects all cases of one state to end as the tables say, and returns their number. */
async function judge(cases: readonly { said: string; say: Say; outcome: Outcome }[], state: State, bind: boolean) {
  const wrong: (Case & { expected: Outcome })[] = []
  let successes = 0
  for (const { said, say, outcome: expected } of cases) {
    const { outcome, further } = await walk(state, say, bind)
    if (outcome === 'success') successes++
    if (outcome !== expected || (outcome !== 'success' && further > 0)) wrong.push({ said, outcome, further, expected })
  }
  expect(wrong).toEqual([])
  expect(successes).toBe(cases.filter(({ outcome }) => outcome === 'success').length)
  return cases.length
}

const isBinding = ({ expects }: State) => expects === 'iq result'
const isStanza = (name: string) => ELEMENTS[name]?.home === CLIENT
let dialogues = 0

const WALKS = STATES.flatMap(state => {
  const isBeforeBind = state.at < 2 || state.mechanism === SCRAM
  return (isBeforeBind ? [true, false] : [true]).map(bind => ({ state, bind, name: state.name }))
})

describe.each(WALKS)('in state "$name" (bind: $bind)', ({ state, bind }) => {
  const meaning = (name: string): Outcome => state.means[name] ?? PROTOCOL
  // The last answer of a login counts if it comes with the end of the session. After any other, one more is due.
  const isLast = bind ? isBinding(state) : state.expects === 'success'
  const withTheEnd = isLast ? 'success' : TERMINATED
  // The right element comes afterwards, so that no login fails for want of an answer alone.
  const alone = (name: string, namespace?: string): Say => {
    return () => ({ payload: elementOf(name, namespace), owes: name !== state.expects })
  }

  test('the right reply leads to success', async () => {
    dialogues += await judge([{ said: 'right', say: right => ({ payload: right }), outcome: 'success' }], state, bind)
  })

  test('an element alone in its own namespace leads to the outcome of the table', async () => {
    const cases = NAMES.map(name => ({
      said: name,
      say: alone(name),
      outcome: meaning(name),
    }))
    dialogues += await judge(cases, state, bind)
  })

  test('an element in a wrong namespace is a protocol error', async () => {
    const cases = NAMES.flatMap(name =>
      foreign(name).map(namespace => {
        // Many servers let stanzas inherit the namespace of the body (XEP-0206 §2).
        const isForgiven = isBinding(state) && isStanza(name) && namespace === HTTPBIND
        const outcome = isForgiven ? meaning(name) : PROTOCOL
        return {
          said: `${name} in "${namespace}"`,
          say: alone(name, namespace),
          outcome,
        }
      }),
    )
    dialogues += await judge(cases, state, bind)
  })

  test('the right element with its content in a wrong namespace is a protocol error', async () => {
    const { home = '' } = ELEMENTS[state.expects] ?? {}
    const cases = foreign(state.expects).map(namespace => {
      const say: Say = right => ({
        payload: right
          .replaceAll(`xmlns='${home}'`, `xmlns='${namespace}'`)
          .replaceAll('<stream:features>', `<features xmlns='${namespace}'>`)
          .replaceAll('</stream:features>', '</features>'),
      })
      const isForgiven = isBinding(state) && namespace === HTTPBIND
      return { said: `in "${namespace}"`, say, outcome: isForgiven ? 'success' : PROTOCOL }
    })
    dialogues += await judge(cases, state, bind)
  })

  test('another element before or after the right one leads to the outcome of the table', async () => {
    const cases = NAMES.flatMap(name => {
      const ignored =
        state.at > 1 && state.mechanism === 'PLAIN' && meaning(name) === 'success' && name !== state.expects
      const outcome = name === 'stream error' ? withTheEnd : ignored ? 'success' : PROTOCOL
      const other = elementOf(name)
      return [
        { said: `right, ${name}`, say: (right: string) => ({ payload: right + other }), outcome },
        { said: `${name}, right`, say: (right: string) => ({ payload: other + right }), outcome },
      ]
    })
    dialogues += await judge(cases, state, bind)
  })

  test('the right element inside another element is a protocol error or ignored', async () => {
    const inside = (open: string, close: string): Say => {
      return right => ({ payload: open + right + close, owes: true })
    }
    const cases = [
      { said: 'inside something unknown', say: inside("<x xmlns='urn:x'>", '</x>'), outcome: PROTOCOL },
      { said: 'inside another body', say: inside(`<body xmlns='${HTTPBIND}'>`, '</body>'), outcome: PROTOCOL },
      {
        said: 'inside a message',
        say: inside(`<message xmlns='${CLIENT}'>`, '</message>'),
        // The message means nothing, and the right element comes with the next reply.
        outcome: isBinding(state) ? 'success' : PROTOCOL,
      },
    ]
    dialogues += await judge(cases, state, bind)
  })

  test('the right element counts in a body that ends the session and in none of another type', async () => {
    const under =
      (attributes: string): Say =>
      right => ({ payload: right, attributes })
    const cases = [
      { said: 'terminate', say: under(" type='terminate'"), outcome: withTheEnd },
      { said: 'error', say: under(" type='error'"), outcome: PROTOCOL },
      { said: 'an unknown type', say: under(" type='result'"), outcome: PROTOCOL },
      { said: 'no type', say: under(" type=''"), outcome: PROTOCOL },
      { said: 'what means nothing', say: under(" x='type' condition='policy-violation'"), outcome: 'success' },
    ]
    dialogues += await judge(cases, state, bind)
  })
})

test('the walk takes thousands of dialogues', () => {
  expect(dialogues).toBeGreaterThan(3_000)
})
