import { randomBytes, randomUUID } from 'node:crypto'
import { HTTP_AUTH, STANZA_CONDITIONS } from '../../xml/namespaces'
import { element, type Node } from '../../xml/write'
import { bareJid } from '../protocol/address'
import { childOf } from '../routing/offline'
import type { Asked } from './question'

/**
 * A chat client that a user of a test server has. `text` stands for all that show a dialog as plain text, as Conversations,
 * Dino and Monal do.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { type ClientName, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const client: ClientName = 'gajim'
 * const xmpp = await startBoshServer({ domain: 'localhost' })
 * xmpp.users.add('alice@elsewhere.test', { client })
 *
 * assert.deepEqual(xmpp.users.told('alice@elsewhere.test'), [])
 * await xmpp.close()
 * ```
 */
export type ClientName = 'gajim' | 'psi' | 'poezio' | 'movim' | 'text'

/** Words of a chat client. Each answer is a whole stanza but for its sender. */
export interface ChatClient {
  /** Accepts a dialog; a client without it shows no dialogs. */
  readonly grant?: (asked: Asked, confirm: Node) => Node
  /** Refuses a dialog; a client without it sends nothing. */
  readonly refuse?: (asked: Asked, confirm: Node) => Node
  /** Writes a text in the chat, after the question `asked`. */
  readonly write: (text: string, to: string, asked: Asked | undefined) => readonly Node[]
}

const TEXT =
  'The sender must provide proper credentials before being allowed to perform the action, or has provided improper credentials.'
/** The words of {@link CLIENTS} are those of Gajim 1.7.3, Psi+ 1.4.554, Poezio 0.14, and the source of Movim of 2026-08. */
export const CLIENTS: Readonly<Record<ClientName, ChatClient>> = {
  gajim: {
    grant: ({ stanza }, confirm) =>
      stanza.name === 'iq'
        ? resultOf(stanza, element('confirm', { xmlns: HTTP_AUTH }))
        : answerTo(stanza, randomUUID(), typeOf(stanza), confirm, element('body', {}, 'result'), ...threadOf(stanza)),
    // It repeats the question, with its id.
    refuse: ({ stanza }, confirm) => {
      const { id = '' } = stanza.attributes
      const reason = element('text', { xmlns: STANZA_CONDITIONS }, TEXT)
      const error = element('error', { type: 'auth', code: '401' }, NOT_AUTHORIZED, reason)
      const body = childOf(stanza, 'body')
      return answerTo(stanza, id, 'error', confirm, error, ...(body ? [body] : []), ...threadOf(stanza))
    },
    write: (text, to, asked) => {
      const [seen, said] = [randomUUID(), randomUUID()]
      const id = asked?.stanza.name === 'message' ? asked.stanza.attributes['id'] : undefined
      const marker = element('displayed', { xmlns: MARKERS, id: id ?? '' })
      const origin = (of: string) => element('origin-id', { xmlns: 'urn:xmpp:sid:0', id: of })
      const request = element('request', { xmlns: 'urn:xmpp:receipts' })
      const markable = element('markable', { xmlns: MARKERS })
      return [
        ...(id === undefined ? [] : [message({ to: bareJid(to), type: 'chat', id: seen }, origin(seen), marker)]),
        message({ to, type: 'chat', id: said }, origin(said), request, markable, element('body', {}, text)),
      ]
    },
  },
  psi: {
    grant: ({ stanza }, confirm) =>
      stanza.name === 'iq'
        ? resultOf(stanza, methodFirst(confirm))
        : answerTo(stanza, psiId(), typeOf(stanza), methodFirst(confirm), ...threadOf(stanza)),
    refuse: ({ stanza }, confirm) => {
      const error = element('error', { code: '401', type: 'auth' }, '\n', NOT_AUTHORIZED, '\n')
      return stanza.name === 'iq'
        ? answerTo(stanza, stanza.attributes['id'] ?? '', 'error', methodFirst(confirm), error)
        : answerTo(stanza, psiId(), 'error', error, methodFirst(confirm), ...threadOf(stanza))
    },
    write: (text, to) => [message({ to, type: 'chat', id: psiId() }, element('body', {}, text))],
  },
  poezio: {
    grant: ({ stanza }, confirm) =>
      stanza.name === 'iq'
        ? resultOf(stanza, confirm)
        : answerTo(stanza, hexId(), typeOf(stanza), confirm, ...threadOf(stanza)),
    refuse: ({ stanza }, confirm) => {
      const id = stanza.name === 'iq' ? (stanza.attributes['id'] ?? '') : hexId()
      const error = element('error', { type: 'auth', code: '401' }, NOT_AUTHORIZED)
      return answerTo(stanza, id, 'error', error, confirm, ...threadOf(stanza))
    },
    write: (text, to) => [message({ to, type: 'chat', id: hexId() }, element('body', {}, text))],
  },
  movim: {
    grant: ({ stanza }, confirm) =>
      stanza.name === 'iq' ? resultOf(stanza, confirm) : answerTo(stanza, randomUUID(), typeOf(stanza), confirm),
    write: (text, to) => [message({ to, type: 'chat', id: randomUUID() }, element('body', {}, text))],
  },
  text: {
    write: (text, to) => [message({ to, type: 'chat', id: randomUUID() }, element('body', {}, text))],
  },
}

const MARKERS = 'urn:xmpp:chat-markers:0'
const NOT_AUTHORIZED = element('not-authorized', { xmlns: STANZA_CONDITIONS })
const HEX_BYTES = 16
const PSI_BYTES = 3

function message(attributes: Readonly<Record<string, string>>, ...children: readonly Node[]): Node {
  return element('message', attributes, ...children)
}

/** Answers the client that asked. */
function answerTo(
  { name, attributes }: Node,
  id: string,
  type: string | undefined,
  ...children: readonly Node[]
): Node {
  return element(name, { to: attributes['from'] ?? '', ...(type !== undefined && { type }), id }, ...children)
}

function resultOf(iq: Node, confirm: Node): Node {
  return answerTo(iq, iq.attributes['id'] ?? '', 'result', confirm)
}

function typeOf({ attributes }: Node): string | undefined {
  return attributes['type']
}

function threadOf(stanza: Node): readonly Node[] {
  const thread = childOf(stanza, 'thread')
  return thread ? [thread] : []
}

function methodFirst({ attributes }: Node): Node {
  const { xmlns = HTTP_AUTH, method, ...others } = attributes
  return element('confirm', { xmlns, ...(method !== undefined && { method }), ...others })
}

function hexId(): string {
  return randomBytes(HEX_BYTES).toString('hex')
}

function psiId(): string {
  return `a${randomBytes(PSI_BYTES).toString('hex').slice(1)}`
}
