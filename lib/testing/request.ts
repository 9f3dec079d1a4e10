import { BIND, CLIENT, HTTPBIND, REGISTER, SASL, XBOSH } from '../xml/names'
import type { Element } from '../xml/read'

/**
 * What a request is for. `poll` is an empty request; `form` asks for a registration form, `register` hands it in or
 * changes a password, `remove` removes an account.
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
  | 'terminate'

/** A request as it came in. */
export interface RequestView {
  readonly step: Step
  readonly sid: string | undefined
  readonly body: string
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
}

/** What a request asks for. */
export function stepOf(body: Element): Step {
  const [child] = body.children
  if (!body.attributes.has('sid')) return 'create'
  if (body.attributes.get('type') === 'terminate') return 'terminate'
  if (body.attributes.get(`{${XBOSH}}restart`) === 'true') return 'restart'
  if (child?.namespace === SASL && (child.name === 'auth' || child.name === 'response')) return child.name
  if (child?.namespace === CLIENT && child.children.some(({ namespace }) => namespace === BIND)) return 'bind'
  const query = child && registrationQueryOf(child)
  if (!query) return 'poll'
  if (child.attributes.get('type') === 'get') return 'form'
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
