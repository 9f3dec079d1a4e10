import type { BareJid } from '../../jid'
import { isStanzaNamespace } from '../../stanzas/iq'
import { conditionIn } from '../../xml/condition'
import { DELAY, HTTP_AUTH, STANZA_CONDITIONS, XML } from '../../xml/namespaces'
import type { Element } from '../../xml/read'
import { type Person, senderOf } from '../jids'
import { languageOf } from '../language'
import { MAX_ANSWER_LENGTH } from '../limits'
import { readCode } from '../secrets'

/** Identifiers of a dialog, as `<confirm/>` carries them (XEP-0070 §4.2). */
export interface Dialog {
  readonly id: string
  readonly url: string
}

/** Content of a message. Only `number`, `code` and `confirmed` can grant. */
export type Said =
  | { readonly kind: 'stop' | 'no' | 'encrypted' | 'unclear' }
  | { readonly kind: 'number'; readonly number: string }
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'confirmed'; readonly dialog: Dialog }
  | { readonly kind: 'error'; readonly dialog: Dialog | undefined; readonly condition: string }

/** Message that may concern a request. */
export interface Heard {
  readonly sender: Person
  /** full JID of the sender, as the server wrote it */
  readonly from: string
  readonly id: string
  readonly said: Said
  /** text, or identifiers of the dialog, for the search of repeats */
  readonly text: string
  /** language of the message, if it names one */
  readonly language: string | undefined
  /** true if a server kept it: it says nothing of this moment */
  readonly isDelayed: boolean
}

const LEGACY_DELAY = 'jabber:x:delay'
/** Copies of other messages: carbons, forwarded messages, archives; and all of chat rooms. */
const WRAPPERS: ReadonlySet<string> = new Set([
  'urn:xmpp:carbons:2',
  'urn:xmpp:carbons:1',
  'urn:xmpp:forward:0',
  'urn:xmpp:mam:2',
  'http://jabber.org/protocol/muc#user',
  'jabber:x:conference',
])
/** Explicit encryption, OMEMO in two versions, OpenPGP in two. */
const ENCRYPTED: ReadonlySet<string> = new Set([
  'urn:xmpp:eme:0',
  'eu.siacs.conversations.axolotl',
  'urn:xmpp:omemo:1',
  'urn:xmpp:omemo:2',
  'urn:xmpp:openpgp:0',
  'jabber:x:encrypted',
])

/** Reads a message, or returns `undefined` for one that cannot be an answer of an account. */
export function heard(message: Element, bot: BareJid): Heard | undefined {
  const { attributes, children } = message
  if (message.name !== 'message' || !isStanzaNamespace(message)) return undefined
  const from = attributes.get('from') ?? ''
  const sender = senderOf(from, bot)
  if (sender === undefined || children.some(({ namespace }) => WRAPPERS.has(namespace))) return undefined
  const type = attributes.get('type') ?? 'normal'
  const said = type === 'error' ? errorIn(children) : saidIn(type, children)
  if (said === undefined) return undefined
  const isDelayed = children.some(({ namespace }) => namespace === DELAY || namespace === LEGACY_DELAY)
  return {
    sender,
    from,
    id: attributes.get('id') ?? '',
    said,
    text: said.kind === 'confirmed' ? JSON.stringify(said.dialog) : (textIn(children) ?? ''),
    language: languageOf(attributes.get(`{${XML}}lang`)),
    isDelayed,
  }
}

// XEP-0070: a refusal is an error that quotes the dialog. A server that cannot deliver quotes it as well.
function errorIn(children: readonly Element[]): Said {
  const errors = children.filter(child => isStanzaNamespace(child) && child.name === 'error')
  const condition = conditionIn(
    errors.flatMap(error => error.children),
    STANZA_CONDITIONS,
  )
  return { kind: 'error', dialog: dialogIn(children), condition }
}

function saidIn(type: string, children: readonly Element[]): Said | undefined {
  if (type !== 'chat' && type !== 'normal') return undefined
  // Gajim adds a text of its own to a dialog that was confirmed: the dialog counts alone.
  if (children.some(({ namespace }) => namespace === HTTP_AUTH)) {
    const dialog = dialogIn(children)
    return dialog && { kind: 'confirmed', dialog }
  }
  if (children.some(({ namespace }) => ENCRYPTED.has(namespace))) return { kind: 'encrypted' }
  const text = textIn(children)
  return text === undefined || text.trim() === '' ? undefined : saidBy(text)
}

function dialogIn(children: readonly Element[]): Dialog | undefined {
  const [dialog, ...more] = children.filter(({ namespace }) => namespace === HTTP_AUTH)
  const id = dialog?.attributes.get('id')
  const url = dialog?.attributes.get('url')
  if (dialog?.name !== 'confirm' || more.length > 0 || id === undefined || url === undefined) return undefined
  return { id, url }
}

/** Returns the one text of a message: of several, in several languages, none is the answer. */
function textIn(children: readonly Element[]): string | undefined {
  const [body, ...more] = children.filter(child => isStanzaNamespace(child) && child.name === 'body')
  return body === undefined || more.length > 0 || body.children.length > 0 ? undefined : body.text
}

const STOP_WORDS: ReadonlySet<string> = new Set(['stop', 'stopp'])
const NO_WORDS: ReadonlySet<string> = new Set(
  'no|nope|nein|nee|nö|non|nej|not me|it was not me|das war ich nicht|ich nicht|ablehnen|deny|reject|cancel|abbrechen'.split(
    '|',
  ),
)
/** Line that quotes our question (XEP-0461, XEP-0393): its place may hold numbers. */
const QUOTE = /^\s*>/
const DIGITS = /\p{Nd}+/gu
const NUMBER = /(?<![\p{L}\p{M}\p{N}_])[0-9]{1,4}(?![\p{L}\p{M}\p{N}_])/u

function saidBy(text: string): Said {
  if (text.length > MAX_ANSWER_LENGTH) return { kind: 'unclear' }
  const lines = text.normalize('NFKC').split('\n')
  const answer = lines.filter(line => !QUOTE.test(line)).join('\n')
  const words =
    answer
      .toLowerCase()
      .match(/[\p{L}\p{M}]+/gu)
      ?.join(' ') ?? ''
  const digits = answer.match(DIGITS) ?? []
  if (digits.length === 0 && STOP_WORDS.has(words)) return { kind: 'stop' }
  if (digits.length === 0 && NO_WORDS.has(words)) return { kind: 'no' }
  const code = readCode(answer.trim())
  if (code !== undefined) return { kind: 'code', code }
  const number = NUMBER.exec(answer)?.[0]
  return digits.length === 1 && number !== undefined ? { kind: 'number', number } : { kind: 'unclear' }
}
