import { BIND, CLIENT, HTTPBIND, REGISTER, SASL, XBOSH } from '../../xml/namespaces'
import type { Element } from '../../xml/read'

/**
 * What a request is for. `poll` is an empty request; `form` asks for a registration form, `register` hands it in or
 * changes a password, `remove` removes an account; `stanza` is any other.
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
  | 'poll'
  | 'stanza'
  | 'terminate'

/** A request as it came in. */
export interface RequestView {
  /** what it is for */
  readonly step: Step
  /** the session it names; none while one is created */
  readonly sid: string | undefined
  /** what an `auth` names, whether the server knows it or not */
  readonly mechanism: string | undefined
  /** the document, passwords included */
  readonly body: string
  /** of HTTP, by lower-case names */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

export function viewOf(body: Element, text: string, headers: RequestView['headers']): RequestView {
  const [auth] = body.children.filter(child => stepOfChild(child) === 'auth')
  return {
    step: stepOf(body),
    sid: body.attributes.get('sid'),
    mechanism: auth?.attributes.get('mechanism'),
    body: text,
    headers,
  }
}

function stepOf({ attributes, children }: Element): Step {
  if (!attributes.has('sid')) return 'create'
  if (attributes.get('type') === 'terminate') return 'terminate'
  if (attributes.get(`{${XBOSH}}restart`) === 'true') return 'restart'
  const steps = children.map(stepOfChild)
  return steps.find(step => step !== 'stanza') ?? steps[0] ?? 'poll'
}

/** What a child of a request asks for. */
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

/** The child of an iq that is about registration (XEP-0077). */
export function registrationQueryOf({ namespace, name, children }: Element): Element | undefined {
  if (namespace !== CLIENT || name !== 'iq') return undefined
  return children.find(child => child.namespace === REGISTER && child.name === 'query')
}

/** The rid of a request; `undefined`: no request of BOSH. */
export function ridOf({ namespace, name, attributes }: Element): number | undefined {
  const rid = Number(attributes.get('rid') ?? Number.NaN)
  return namespace === HTTPBIND && name === 'body' && Number.isSafeInteger(rid) ? rid : undefined
}
