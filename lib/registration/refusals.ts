import { knownCondition } from '../errors/conditions'
import { XmppBoshError } from '../errors/error'
import type { XmppBoshErrorCode } from '../errors/statuses'
import { MAX_FORM_TEXT_LENGTH, ORDINARY_NAME_LENGTH, ORDINARY_VALUE_LENGTH } from '../limits'
import type { StanzaError } from '../stanzas/iq'

/*
 * One table says what a refusal of registration means (XEP-0077), for all four requests. Servers use the same condition
 * for several things, so a row looks at condition, type, the subject of the text, and at what was asked. The type
 * decides in general (RFC 6120 §8.3.2): `modify` is about what was typed, `wait` about when, `cancel` and `auth` say
 * "not here".
 */

/** Request that the server refused. */
export interface Asked {
  readonly request: 'form' | 'sign-up' | 'password' | 'removal'
  /** the form had something to answer, as a picture or as text */
  readonly question?: boolean
  /** the input is of a kind and length that every known server stores, see {@link isOrdinary} */
  readonly ordinary?: boolean
}

/** Subject of a server's text. Sessions ask for English (`xml:lang`); a text in another language has no subject. */
type Subject = 'pace' | 'form' | 'captcha' | 'closed' | 'input' | 'password'

/** Words that tell the subject. The first row that matches wins. */
const WORDS: readonly (readonly [subject: Subject, words: RegExp])[] = [
  ['pace', /too (?:many|often|fast|quick)|so quickly|recently|try (?:again )?later|\bbusy\b/i],
  ['form', /data ?form/i],
  ['captcha', /captcha|challenge|verification/i],
  [
    'closed',
    /(?:regist|sign.?up|invit|account|changing).{0,200}(?:not (?:allowed|authori[sz]ed|permitted)|disabled|closed|invit|exceeded)|(?:not (?:allowed|authori[sz]ed|permitted)|disabled|closed|invit).{0,200}(?:regist|sign.?up|account)|access denied|(?:block|black|allow|white)list|encryption|oauth/i,
  ],
  // "The password must not contain your username": the one that stands first is at fault.
  ['input', /^.{0,80}name.{0,80}pass/i],
  [
    'password',
    /^.{0,80}pass.?(?:word|phrase).{0,80}(?:contain|include|match|equal|same|differ|like).{0,80}user.?name/i,
  ],
  ['input', /user.?name|\bname\b|e-?mail|\bjid\b|saslprep|(?:unacceptable|invalid|illegal|forbidden) (?:char|pass)/i],
  ['password', /pass.?(?:word|phrase)/i],
]

interface Row {
  readonly condition?: readonly string[]
  readonly type?: readonly (string | undefined)[]
  readonly about?: Subject
  readonly request?: readonly Asked['request'][]
  readonly question?: true
  /** the server gave no text */
  readonly silent?: true
  readonly ordinary?: false
  readonly code: XmppBoshErrorCode
}

const TYPED = ['sign-up', 'password'] as const
const NOT_HERE = [
  'forbidden', // ejabberd: `access`, `access_remove`, `ip_access`; Prosody: blocklist, allowlist; Openfire: closed
  'not-allowed', // Tigase: closed, or not for this address; ejabberd: a store that is read only
  'service-unavailable', // Prosody, and any server without the module
  'feature-not-implemented',
  'not-authorized', // Tigase: the domain is full
  'registration-required',
  'not-acceptable', // Prosody's module for captchas: an address on the blacklist
  'policy-violation', // Prosody: encryption is required
]

const AWAY = ['service-unavailable', 'remote-server-timeout', 'recipient-unavailable']

/** Conditions that speak of the input even with a type that does not. */
const ABOUT_INPUT = ['not-acceptable', 'policy-violation', 'bad-request']
const CHARACTERS = ['not-allowed', 'feature-not-implemented']

/** The first row that matches decides. A refusal without a row is ERR_XMPP_PROTOCOL. */
export const REFUSALS: readonly Row[] = [
  { condition: ['conflict'], request: ['sign-up'], code: 'username-taken' }, // all servers
  { condition: ['jid-malformed'], request: TYPED, code: 'malformed-credentials' }, // ejabberd, Openfire
  // Openfire: a name of 65 characters, an e-mail address of 101
  { condition: ['internal-server-error'], request: TYPED, ordinary: false, code: 'malformed-credentials' },
  // ejabberd: no captcha can be drawn, or the database fails; Prosody: the disk is full
  { condition: ['internal-server-error'], code: 'ERR_XMPP_UNAVAILABLE' },
  // RFC 6120 §8.3.3: a part of the server, such as a directory, does not answer for now
  { condition: AWAY, type: ['wait'], code: 'ERR_XMPP_UNAVAILABLE' },
  { condition: ['unexpected-request'], code: 'ERR_XMPP_PROTOCOL' }, // XEP-0077 §3.2: of a client that is not logged in
  { condition: ['resource-constraint'], code: 'rate-limited' }, // ejabberd, MongooseIM
  // Prosody's mod_register_limits: policy-violation; Metronome, and Prosody before 0.11: not-acceptable
  { type: ['wait'], code: 'rate-limited' },
  { about: 'pace', code: 'rate-limited' }, // Tigase: not-allowed, cancel; modules of Prosody: modify
  // Tigase: plain fields, while it asks for a data form by now
  { about: 'form', request: ['sign-up'], code: 'captcha-expired' },
  // ejabberd, Tigase: not-allowed; Prosody's module for captchas: not-acceptable; a form that is filled in by half:
  // bad-request
  { about: 'captcha', request: ['sign-up'], question: true, code: 'captcha-wrong' },
  // ejabberd, Tigase (also to a program without its key), Prosody's mod_invites_register
  { about: 'closed', code: 'registration-closed' },
  // MongooseIM, Metronome, Prosody: a name
  { about: 'input', type: ['modify', undefined], request: TYPED, code: 'malformed-credentials' },
  // ejabberd (not-allowed), Prosody (feature-not-implemented), both with cancel: characters in a password
  { about: 'input', condition: [...ABOUT_INPUT, ...CHARACTERS], request: TYPED, code: 'malformed-credentials' },
  // ejabberd, MongooseIM, Metronome
  { about: 'password', type: ['modify', undefined], request: TYPED, code: 'weak-password' },
  // Prosody's mod_password_policy: not-acceptable, cancel
  { about: 'password', condition: ABOUT_INPUT, request: TYPED, code: 'weak-password' },
  // without a text, or with one in another language
  { condition: ['policy-violation'], type: ['modify'], request: TYPED, code: 'weak-password' }, // Metronome
  { condition: ['not-allowed'], request: ['sign-up'], question: true, code: 'captcha-wrong' },
  // Prosody's mod_register_ibr, for a module that allows the sign-up not: mod_tombstones (the name of a removed
  // account), mod_block_registrations (a reserved name). A form with a question makes no difference: every known server
  // says in words that an answer is wrong, and a visitor whose name is refused would solve pictures for ever.
  {
    condition: ['not-acceptable'],
    type: ['modify', undefined],
    request: ['sign-up'],
    silent: true,
    code: 'malformed-credentials',
  },
  { condition: ['not-acceptable'], type: ['modify'], request: ['sign-up'], question: true, code: 'captcha-wrong' },
  { condition: ['not-acceptable'], type: ['modify', undefined], request: TYPED, code: 'weak-password' },
  { type: ['modify'], request: TYPED, code: 'malformed-credentials' }, // MongooseIM: bad-request for a name
  // MongooseIM: a password that it cannot prepare, or of 1,024 bytes
  { condition: ['not-allowed'], request: TYPED, ordinary: false, code: 'malformed-credentials' },
  { condition: NOT_HERE, code: 'registration-closed' },
]

/** Returns the error for a refusal of a request of registration. `message` says what the server did not do. */
export function refusalError(error: StanzaError, asked: Asked, message: string): XmppBoshError {
  const about = subjectOf(error.text)
  const row = REFUSALS.find(row => matches(row, error, about, asked))
  const condition = knownCondition(error.condition)
  return new XmppBoshError(row?.code ?? 'ERR_XMPP_PROTOCOL', `${message}: ${condition}`, { condition })
}

/**
 * Returns true for input that every known server can store: a name of at most 64 characters, a password of printable
 * ASCII characters, and other values of at most 100 characters. A server that refuses other input without a reason
 * may mean the input; a server that refuses ordinary input does not.
 */
export function isOrdinary(name: string, password: string, others: readonly string[] = []): boolean {
  return (
    name.length <= ORDINARY_NAME_LENGTH &&
    password.length <= ORDINARY_VALUE_LENGTH &&
    /^[ -~]*$/.test(password) &&
    others.every(({ length }) => length <= ORDINARY_VALUE_LENGTH)
  )
}

function matches(row: Row, { condition, type, text }: StanzaError, about: Subject | undefined, asked: Asked): boolean {
  return (
    (row.condition?.includes(condition) ?? true) &&
    (row.type?.includes(type) ?? true) &&
    (row.about === undefined || row.about === about) &&
    (row.request?.includes(asked.request) ?? true) &&
    (row.question === undefined || asked.question === true) &&
    (row.silent === undefined || text.trim() === '') &&
    (row.ordinary === undefined || asked.ordinary === false)
  )
}

function subjectOf(text: string): Subject | undefined {
  const line = text.slice(0, MAX_FORM_TEXT_LENGTH).replace(/\s+/g, ' ')
  return WORDS.find(([, words]) => words.test(line))?.[0]
}
