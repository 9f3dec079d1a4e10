import { BIND, CLIENT, HTTPBIND, SASL, XBOSH } from '../xml/names'
import type { Element } from '../xml/read'

/** The step of a login a request belongs to. `poll` is an empty request. */
export type Step = 'create' | 'auth' | 'response' | 'restart' | 'bind' | 'poll' | 'terminate'

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
  return 'poll'
}

/** The rid of a request; `undefined`: no request of BOSH. */
export function ridOf({ namespace, name, attributes }: Element): number | undefined {
  const rid = Number(attributes.get('rid') ?? Number.NaN)
  return namespace === HTTPBIND && name === 'body' && Number.isSafeInteger(rid) ? rid : undefined
}
