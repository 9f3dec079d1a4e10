import { BIND, CLIENT, DISCO_INFO, HTTPBIND, MUC_ADMIN, REGISTER, SASL, VCARD, XBOSH } from '../../xml/namespaces'
import type { Element } from '../../xml/read'

/**
 * Purpose of a request. `poll` is an empty request. `form` requests a registration form, `register` submits it or changes
 * a password, `remove` removes an account. `roles` asks for the lists or the settings of a room, also beside a `vcard`,
 * which asks for a vCard. `stanza` is every other stanza.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { Authenticator } from 'passport-xmpp-bosh'
 * import { type Step, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const xmpp = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
 * const authenticator = new Authenticator({ service: xmpp.url, domain: 'localhost' })
 * await authenticator.authenticate({ username: 'alice', password: 'secret' })
 * await authenticator.close()
 * const steps: Step[] = xmpp.requests.map(({ step }) => step)
 *
 * assert.deepEqual(steps, ['create', 'auth', 'response', 'restart', 'bind', 'terminate'])
 * await xmpp.close()
 * ```
 */
export type Step =
  | 'create'
  | 'auth'
  | 'response'
  | 'restart'
  | 'bind'
  | 'form'
  | 'register'
  | 'remove'
  | 'roles'
  | 'vcard'
  | 'poll'
  | 'stanza'
  | 'terminate'

/**
 * A request that the server received.
 *
 * @example
 * ```ts
 * import assert from 'node:assert/strict'
 * import { Authenticator } from 'passport-xmpp-bosh'
 * import { type RequestView, startBoshServer } from 'passport-xmpp-bosh/testing'
 *
 * const xmpp = await startBoshServer({ domain: 'localhost', accounts: { alice: 'secret' } })
 * const authenticator = new Authenticator({ service: xmpp.url, domain: 'localhost' })
 * await authenticator.authenticate({ username: 'alice', password: 'secret' }, { clientIp: '192.0.2.1' })
 * const auth: RequestView | undefined = xmpp.requests.find(({ step }) => step === 'auth')
 *
 * assert.equal(auth?.mechanism, 'SCRAM-SHA-512')
 * assert.equal(auth?.headers['x-forwarded-for'], '192.0.2.1')
 * await authenticator.close()
 * await xmpp.close()
 * ```
 */
export interface RequestView {
  /** purpose of the request */
  readonly step: Step
  /** id of the session that it names; `undefined` for `create` */
  readonly sid: string | undefined
  /** mechanism that an `auth` names, even one that the server does not know */
  readonly mechanism: string | undefined
  /** the XML document, passwords included */
  readonly body: string
  /** HTTP headers, by lower-case names */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** Tells whether a room can have this bare JID. */
export type IsRoom = (jid: string) => boolean

export function viewOf(body: Element, text: string, headers: RequestView['headers'], isRoom: IsRoom): RequestView {
  const [auth] = body.children.filter(child => stepOfChild(child) === 'auth')
  return {
    step: stepOf(body, isRoom),
    sid: body.attributes.get('sid'),
    mechanism: auth?.attributes.get('mechanism'),
    body: text,
    headers,
  }
}

const QUESTIONS: readonly Step[] = ['roles', 'vcard', 'stanza']

function stepOf({ attributes, children }: Element, isRoom: IsRoom): Step {
  if (!attributes.has('sid')) return 'create'
  if (attributes.get('type') === 'terminate') return 'terminate'
  if (attributes.get(`{${XBOSH}}restart`) === 'true') return 'restart'
  const steps = children.map(child => questionOf(child, isRoom) ?? stepOfChild(child))
  return steps.find(step => !QUESTIONS.includes(step)) ?? QUESTIONS.find(step => steps.includes(step)) ?? 'poll'
}

/** Returns `roles` or `vcard` for a question of that kind. */
export function questionOf(
  { namespace, name, attributes, children }: Element,
  isRoom: IsRoom,
): 'roles' | 'vcard' | undefined {
  if (namespace !== CLIENT || name !== 'iq' || attributes.get('type') !== 'get') return undefined
  const [query] = children
  if (query?.namespace === VCARD) return 'vcard'
  const isAboutRoom = query?.namespace === DISCO_INFO && isRoom(attributes.get('to') ?? '')
  return query?.namespace === MUC_ADMIN || isAboutRoom ? 'roles' : undefined
}

/** Returns the purpose of a child of a request, where questions are stanzas like others. */
export function stepOfChild(child: Element): Step {
  const { namespace, name, attributes, children } = child
  if (namespace === SASL && name === 'auth') return 'auth'
  if (namespace === SASL && (name === 'response' || name === 'abort')) return 'response'
  if (namespace === CLIENT && children.some(({ namespace }) => namespace === BIND)) return 'bind'
  const query = registrationQueryOf(child)
  if (!query) return 'stanza'
  if (attributes.get('type') === 'get') return 'form'
  return query.children.some(({ name }) => name === 'remove') ? 'remove' : 'register'
}

/** Returns the registration query of an iq (XEP-0077). */
export function registrationQueryOf({ namespace, name, children }: Element): Element | undefined {
  if (namespace !== CLIENT || name !== 'iq') return undefined
  return children.find(child => child.namespace === REGISTER && child.name === 'query')
}

/** Returns the rid of a request, or `undefined` if it is not a BOSH request. */
export function ridOf({ namespace, name, attributes }: Element): number | undefined {
  const rid = Number(attributes.get('rid') ?? Number.NaN)
  return namespace === HTTPBIND && name === 'body' && Number.isSafeInteger(rid) ? rid : undefined
}
