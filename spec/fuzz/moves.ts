import fc from 'fast-check'
import { BIND, base64, bodyOf, CLIENT, HTTPBIND, type RightReply, SASL, STREAMS } from '../fixtures/right-server'

/* Moves of a server other than the right answer. All of them are plain data, so that a counterexample can shrink. */

type Edit = readonly [at: number, removed: number, inserted: string]

/** An element that the dialogue does not expect. */
interface Item {
  readonly name: string
  readonly namespace: string
  readonly attributes: string
  readonly text: string
  readonly inside: readonly Item[]
}

export type Move =
  | { readonly kind: 'right' | 'empty' | 'late' | 'again' | 'hang' | 'fault' }
  | { readonly kind: 'slow'; readonly ms: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'turned'; readonly bits: readonly (readonly [at: number, bit: number])[] }
  | { readonly kind: 'edited' | 'sasl'; readonly edits: readonly Edit[] }
  | {
      readonly kind: 'with'
      readonly attributes: string
      readonly before: readonly Item[]
      readonly after: readonly Item[]
    }
  | {
      readonly kind: 'phrases'
      readonly attributes: string
      readonly right: string
      readonly said: readonly string[]
    }
  | { readonly kind: 'scram'; readonly name: string; readonly value: string }
  | { readonly kind: 'soup'; readonly attributes: string; readonly items: readonly Item[] }

const choice = (...items: readonly string[]) => fc.constantFrom(...items)

const SLIPS = [
  `<success xmlns='${SASL}'/>`,
  `<failure xmlns='${SASL}'><not-authorized/></failure>`,
  `<challenge xmlns='${SASL}'>`,
  '</success>',
  '</body>',
  "type='terminate' ",
  "type='error' ",
  "condition='policy-violation' ",
  `xmlns='${HTTPBIND}' `,
  `xmlns:stream='${STREAMS}' `,
  "xmlns='urn:x' ",
  '<x/>',
  '<!-- -->',
  '<![CDATA[',
  '&amp;',
  '&#x75;',
  'user2',
  'user1@localhost/r',
  '@evil.example',
  ' ',
  '\0',
  'é',
]
const SASL_SLIPS = ['v=', 'r=', 's=', 'i=', 'm=x,', 'e=other-error', ',', '=', ',x=y', 'i=4096', 'AAAA', '9', '\0', 'é']

const edits = (slips: readonly string[]) =>
  fc.array(fc.tuple(fc.nat(4000), fc.nat(20), choice('', ...slips)), { minLength: 1, maxLength: 3 })

const attributes = choice(
  '',
  '',
  '',
  " type='terminate'",
  " type='terminate' condition='item-not-found'",
  " type='error'",
  " type='result'",
  " sid='other'",
  " condition='policy-violation'",
  " x='y'",
)
const itemAttributes = choice(
  '',
  " type='result' id='{id}'",
  " type='result' id='{id}'",
  " type='error' id='{id}'",
  " type='set' id='{id}'",
  " type='result' id='x'",
  " type='result' id='{id}' from='localhost'",
  " type='result' id='{id}' from='evil.example'",
  " mechanism='PLAIN'",
)
const text = choice(
  '',
  '',
  '=',
  'success',
  'AAAA',
  'PLAIN',
  'SCRAM-SHA-256',
  'user1@localhost/r',
  'user2@localhost/r',
  'USER1@localhost/r',
  'user1@localhost',
  'user1@evil.example/r',
  base64('v='),
  base64('v=AAAA'),
  base64('e=invalid-proof'),
  base64('r=x,s=AAAA,i=2'),
)
const name = choice(
  'success',
  'success',
  'failure',
  'challenge',
  'features',
  'mechanisms',
  'mechanism',
  'iq',
  'iq',
  'bind',
  'bind',
  'jid',
  'jid',
  'error',
  'message',
  'presence',
  'not-authorized',
  'body',
  '__proto__',
)
const HOME: Readonly<Record<string, string>> = {
  success: SASL,
  failure: SASL,
  challenge: SASL,
  mechanisms: SASL,
  mechanism: SASL,
  'not-authorized': SASL,
  features: STREAMS,
  error: STREAMS,
  iq: CLIENT,
  message: CLIENT,
  presence: CLIENT,
  bind: BIND,
  jid: BIND,
  body: HTTPBIND,
}
/** The namespace of an item. An empty text stands for the one that belongs to its name. */
const namespace = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: choice(SASL, HTTPBIND, CLIENT, STREAMS, BIND, 'urn:x', 'urn:xmpp:sasl:2') },
)
const { item } = fc.letrec<{ item: Item }>(tie => ({
  item: fc.record({
    name,
    namespace,
    attributes: itemAttributes,
    text,
    inside: fc.oneof(
      { maxDepth: 3 },
      { weight: 3, arbitrary: fc.constant([]) },
      { weight: 2, arbitrary: fc.array(tie('item'), { minLength: 1, maxLength: 2 }) },
    ),
  }),
}))
const items = fc.array(item, { maxLength: 2 })

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 2, arbitrary: fc.constant<Move>({ kind: 'late' }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Move>({ kind: 'empty' }, { kind: 'again' }, { kind: 'hang' }, { kind: 'fault' }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('slow' as const), ms: fc.nat(9000) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut' as const), at: fc.nat(1000) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('turned' as const),
      bits: fc.array(fc.tuple(fc.nat(4000), fc.nat(7)), { minLength: 1, maxLength: 2 }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('edited' as const), edits: edits(SLIPS) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('sasl' as const), edits: edits(SASL_SLIPS) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('with' as const), attributes, before: items, after: items }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('soup' as const), attributes, items }) },
)

/** Elements as the right server would say them, each at its own time. */
const bound = (id: string, jid: string) =>
  `<iq xmlns='${CLIENT}' type='result' id='${id}'><bind xmlns='${BIND}'><jid>${jid}</jid></bind></iq>`
const phrase = choice(
  `<success xmlns='${SASL}'/>`,
  `<success xmlns='${SASL}'>=</success>`,
  `<success xmlns='${SASL}'>${base64('v=AAAA')}</success>`,
  `<success xmlns='urn:x'/>`,
  `<challenge xmlns='${SASL}'/>`,
  `<failure xmlns='${SASL}'><not-authorized/></failure>`,
  `<stream:features><bind xmlns='${BIND}'/></stream:features>`,
  '<stream:error/>',
  bound('{id}', 'user1@localhost/r'),
  bound('{id}', 'user2@localhost/r'),
  bound('{id}', 'user1@localhost.evil.example/r'),
  bound('{id}', 'user1@localhost'),
  bound('{id}', 'user1@<x/>localhost/r'),
  bound('{id}', 'user2@localhost/r').replace("type='result'", "type='error'"),
  bound('other', 'user1@localhost/r'),
  bound('{id}', 'user1@localhost/r').replace("type='result'", "type='set'"),
  `<message xmlns='${CLIENT}'/>`,
)
const beside = fc.constantFrom('first', 'last')
const said = (right: fc.Arbitrary<string>, attributes: fc.Arbitrary<string>, most: number, least = most) =>
  fc.record({
    kind: fc.constant('phrases' as const),
    attributes,
    right,
    said: fc.array(phrase, { minLength: least, maxLength: most }),
  })
const nothing = fc.constant('')
const phrases: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: said(fc.constant('no'), nothing, 1) },
  { weight: 2, arbitrary: said(beside, nothing, 1) },
  { weight: 2, arbitrary: said(beside, attributes, 0) },
  { weight: 1, arbitrary: said(beside, attributes, 2, 0) },
)

/** Replaces an attribute of the SASL message. */
const scram: fc.Arbitrary<Move> = fc.record({
  kind: fc.constant('scram' as const),
  name: choice('r', 's', 'i', 'h', 'v'),
  value: choice('x'.repeat(60), '', '1', '2', '3', '10000', '10001', '02', 'AAAA', 'c2FsdA==', '='),
})

/**
 * The moves of the server, one for each request. All but one, two or three of them are right, so that every step is
 * reached.
 */
export const moves: fc.Arbitrary<readonly Move[]> = fc
  .array(fc.tuple(fc.nat(5), fc.oneof(move, phrases, phrases, scram)), { minLength: 1, maxLength: 3, size: 'xsmall' })
  .map(deviations => {
    const plan: Move[] = Array.from({ length: 6 }, () => ({ kind: 'right' }))
    for (const [at, deviation] of deviations) plan[at] = deviation
    return plan
  })

/** Returns the SASL message that replaces the right one. */
export function spoiltMessage(message: string, move: Move): string {
  if (move.kind === 'sasl') return edited(message, move.edits)
  if (move.kind !== 'scram') return message
  return message.replace(new RegExp(`(^|,)${move.name}=[^,]*`), `$1${move.name}=${move.value}`)
}

function edited(whole: string, edits: readonly Edit[]): string {
  return edits.reduce((now, [at, removed, inserted]) => {
    const place = at % (now.length + 1)
    return now.slice(0, place) + inserted + now.slice(place + removed)
  }, whole)
}

/** Returns the bytes of a reply that differ from the right ones. */
export function spoilt(right: RightReply, move: Move, id: string): Buffer {
  const whole = bodyOf(right)
  switch (move.kind) {
    case 'edited':
      return Buffer.from(edited(whole, move.edits))
    case 'cut':
      return Buffer.from(whole).subarray(0, move.at % whole.length)
    case 'turned': {
      const bytes = Buffer.from(whole)
      for (const [at, bit] of move.bits) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << bit)
      return bytes
    }
    case 'with':
      return Buffer.from(
        bodyOf({
          attributes: right.attributes + move.attributes,
          payload: written(move.before, id) + right.payload + written(move.after, id),
        }),
      )
    case 'soup':
      return Buffer.from(bodyOf({ attributes: right.attributes + move.attributes, payload: written(move.items, id) }))
    case 'phrases': {
      const said = move.said.join('').replaceAll('{id}', id)
      const payload = { first: right.payload + said, last: said + right.payload, no: said }[move.right] ?? said
      return Buffer.from(bodyOf({ attributes: right.attributes + move.attributes, payload }))
    }
    case 'empty':
    case 'late':
      return Buffer.from(bodyOf({ ...right, payload: '' }))
    default:
      return Buffer.from(whole)
  }
}

function written(items: readonly Item[], id: string): string {
  return items
    .map(({ name, namespace, attributes, text, inside }) => {
      const declared = ` xmlns='${namespace || HOME[name] || 'urn:x'}'`
      return `<${name}${declared}${attributes.replace('{id}', id)}>${text}${written(inside, id)}</${name}>`
    })
    .join('')
}
