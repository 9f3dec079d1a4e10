import fc from 'fast-check'

/*
 * Moves of the people around one service account: visitors that start requests, and messages that are assembled from right
 * pieces. All of them are plain data, so that a counterexample can shrink.
 */

/** Accounts and their resources, spelt as servers may write them. Only the first four are alice's. */
export const SENDERS = [
  'alice@b.test/phone',
  'alice@b.test/laptop',
  'ALICE@B.test/phone',
  '\uff21lice@b.test',
  'bob@b.test/phone',
  'mallory@evil.test/phone',
  'alice@evil.test/phone',
  'alice@x.b.test/phone',
  '\u0430lice@b.test/phone',
  'al\u0131ce@b.test/phone',
  'alice\\40b.test@evil.test/alice@b.test',
  'room@muc.b.test/alice@b.test',
  'b.test',
  'login@a.test/other',
  '',
] as const

/** Typed JIDs of a start. `undefined`: none. */
export const TYPED = ['alice@b.test', 'Alice@B.test/x', 'bob@b.test', 'mallory@evil.test', 'alice@evil.test', undefined]

/** Pieces of a message, each taken of the request that it names. */
export interface Message {
  readonly kind: 'message'
  readonly from: number
  /** requests whose number, code, dialog and ids the pieces are, by their order */
  readonly of: number
  readonly ofDialog: number
  readonly type: string
  readonly text: string
  readonly dialog: 'none' | 'right' | 'other-number' | 'other-nonce' | 'no-nonce' | 'no-id' | 'twice'
  readonly error: string
  readonly beside: string
  readonly id: 'own' | 'of-question' | 'of-last'
  readonly thread: boolean
}

export type Move =
  | Message
  | { readonly kind: 'start'; readonly typed: number; readonly dialog: boolean; readonly by: number }
  | { readonly kind: 'wait'; readonly ms: number }
  | { readonly kind: 'cancel' | 'take' | 'repeat'; readonly of: number }

const choice = <const T>(...items: readonly T[]): fc.Arbitrary<T> => fc.constantFrom(...items)
const request = choice(0, 0, 0, 0, 1, 1, 2, 3)

/** Texts: `{number}` and `{code}` stand for those of the request, `{wrong}` for another number. */
const TEXTS = [
  '{number}',
  '{number}',
  '{number}',
  '{number}',
  '{number}',
  '{number}',
  '{code}',
  '{code}',
  '{code}',
  '{code}',
  'it is {number}',
  '> {number}',
  '> 12 34\n{number}',
  '{number} {number}',
  '{number} {wrong}',
  '{wrong}',
  '0{number}',
  'x{number}',
  'no',
  'nein',
  'STOP',
  'yes',
  'result',
  'hello',
  'w{id}w',
  'w{nonce}w',
  'w{question}w',
  'AAAA-0000',
  '',
]

/** Elements that leave a dialog as it is, but not a text. */
export const BESIDE = [
  '',
  "<encryption xmlns='urn:xmpp:eme:0'/>",
  "<encrypted xmlns='eu.siacs.conversations.axolotl'/>",
  "<body xml:lang='de'>hallo</body>",
]

const WRAPPERS = [
  "<delay xmlns='urn:xmpp:delay' stamp='2026-01-01T00:00:00Z'/>",
  "<x xmlns='jabber:x:delay' stamp='20260101T00:00:00'/>",
  "<received xmlns='urn:xmpp:carbons:2'/>",
  "<sent xmlns='urn:xmpp:carbons:2'><forwarded xmlns='urn:xmpp:forward:0'/></sent>",
  "<x xmlns='http://jabber.org/protocol/muc#user'/>",
  "<result xmlns='urn:xmpp:mam:2'/>",
]

const message: fc.Arbitrary<Message> = fc.record({
  kind: choice('message'),
  from: fc.oneof(
    { weight: 5, arbitrary: fc.integer({ min: 0, max: 3 }) },
    { weight: 4, arbitrary: fc.integer({ min: 4, max: SENDERS.length - 1 }) },
  ),
  of: request,
  ofDialog: request,
  type: choice(
    'chat',
    'chat',
    'chat',
    'chat',
    'chat',
    'normal',
    '',
    'error',
    'error',
    'groupchat',
    'headline',
    'result',
  ),
  text: choice(...TEXTS),
  dialog: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Message['dialog']>('none') },
    { weight: 4, arbitrary: fc.constant<Message['dialog']>('right') },
    {
      weight: 3,
      arbitrary: fc.constantFrom<Message['dialog']>('other-number', 'other-nonce', 'no-nonce', 'no-id', 'twice'),
    },
  ),
  error: choice('not-authorized', 'service-unavailable', 'policy-violation', 'remote-server-timeout', 'undefined'),
  beside: fc.oneof(
    { weight: 9, arbitrary: fc.constant('') },
    { weight: 1, arbitrary: choice(...BESIDE) },
    { weight: 2, arbitrary: choice(...WRAPPERS) },
  ),
  id: choice('own', 'own', 'own', 'of-question', 'of-last'),
  thread: fc.boolean(),
})

const start: fc.Arbitrary<Move> = fc.record({
  kind: choice('start'),
  typed: choice(0, 0, 0, 1, 2, 3, 4, 5, 5),
  dialog: choice(true, true, false),
  by: fc.integer({ min: 0, max: 1 }),
})

const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 12, arbitrary: message },
  { weight: 2, arbitrary: start },
  { weight: 1, arbitrary: fc.record({ kind: choice('wait'), ms: choice(1, 1_000, 61_000, 179_999, 900_000) }) },
  { weight: 1, arbitrary: fc.record({ kind: choice('cancel', 'take', 'repeat'), of: request }) },
)

/** A dialogue: options, and moves of which some arrive at the same moment. */
export interface Dialogue {
  readonly code: 'ask' | 'alone' | false
  readonly processes: 1 | 2
  /** moves between two pauses arrive together */
  readonly turns: readonly (readonly Move[])[]
}

const turn = fc.oneof(
  { weight: 4, arbitrary: move.map(one => [one]) },
  { weight: 1, arbitrary: fc.array(move, { minLength: 2, maxLength: 4 }) },
)

export const dialogues: fc.Arbitrary<Dialogue> = fc.record({
  code: fc.constantFrom<Dialogue['code']>('ask', 'ask', 'alone', 'alone', false),
  processes: fc.constantFrom<Dialogue['processes']>(1, 1, 2),
  turns: fc.tuple(start, fc.array(turn, { minLength: 1, maxLength: 6 })).map(([first, more]) => [[first], ...more]),
})
