import type { Headers } from '../fixtures/dialogues/dialogue'
import { bySaxes, type Tree } from '../fixtures/saxes'

/** Purpose of a request. A player answers with the recorded reply to the next request of the same kind. */
export type Kind =
  | 'creation'
  | 'empty'
  | 'auth'
  | 'response'
  | 'restart'
  | 'bind'
  | 'session'
  | 'form'
  | 'register'
  | 'remove'
  | 'terminate'
  | 'other'

/** Request of a session, read. */
export interface Read {
  readonly kind: Kind
  readonly tree: Tree
}

/** Reads the body of a request. A body that is not XML is of kind other. */
export function readRequest(body: string): Read {
  try {
    const tree = bySaxes(body)
    return { kind: kindOf(tree), tree }
  } catch {
    return { kind: 'other', tree: { namespace: '', name: '', attributes: {}, children: [], text: '' } }
  }
}

function kindOf({ attributes, children }: Tree): Kind {
  const [child] = children
  if (attributes['sid'] === undefined) return 'creation'
  if (children.length > 1) return 'other'
  if (attributes['type'] === 'terminate') return child ? 'other' : 'terminate'
  if (attributes['{urn:xmpp:xbosh}restart'] === 'true') return child ? 'other' : 'restart'
  if (child === undefined) return 'empty'
  if (child.name === 'auth' || child.name === 'response') return child.name
  if (child.name === 'iq') return kindOfIq(child)
  return 'other'
}

function kindOfIq(iq: Tree): Kind {
  const [payload] = iq.children
  if (payload?.name === 'bind' || payload?.name === 'session') return payload.name
  if (payload?.namespace !== 'jabber:iq:register') return 'other'
  if (iq.attributes['type'] === 'get') return 'form'
  return payload.children.some(({ name }) => name === 'remove') ? 'remove' : 'register'
}

/** Credentials and fields in a recorded dialogue, as far as the wire shows them. */
export interface Typed {
  readonly domain: string | undefined
  readonly mechanism: string | undefined
  readonly username: string | undefined
  readonly password: string | undefined
  /** nonce of the client */
  readonly nonce: string | undefined
  /** fields of a sign-up or of a change of the password */
  readonly fields: Readonly<Record<string, string>>
}

/** Returns the input that the recorded client had, from the bodies of its requests. */
export function typedIn(bodies: readonly string[]): Typed {
  const reads = bodies.map(readRequest)
  const find = (kind: Kind) => reads.find(read => read.kind === kind)?.tree
  const auth = find('auth')?.children[0]
  const message = Buffer.from(auth?.text ?? '', 'base64').toString()
  const mechanism = auth?.attributes['mechanism']
  const plain = mechanism === 'PLAIN' ? message.split('\0') : undefined
  const name = /(?:^|,)n=([^,]*)/.exec(message)?.[1]?.replaceAll('=2C', ',').replaceAll('=3D', '=')
  return {
    domain: find('creation')?.attributes['to'],
    mechanism,
    username: plain ? plain[1] : name,
    password: plain?.[2],
    nonce: plain ? undefined : /,r=([^,]*)$/.exec(message)?.[1],
    fields: fieldsIn(find('register')),
  }
}

function fieldsIn(register: Tree | undefined): Record<string, string> {
  const children = register?.children[0]?.children[0]?.children ?? []
  const [form] = children
  if (form?.name !== 'x') return Object.fromEntries(children.map(({ name, text }) => [name, text]))
  return Object.fromEntries(
    form.children.map(({ attributes, children: [value] }) => [attributes['var'] ?? '', value?.text ?? '']),
  )
}

/**
 * Returns the differences between a recorded request and one that was sent, as lines of text. Left out are rid, sid and
 * ids of stanzas, which are new each time, and the order of attributes and of a form's fields.
 */
export function differences(recorded: Tree, sent: Tree): string[] {
  return differencesAt(`/${recorded.name}`, recorded, sent)
}

const NEW_EACH_TIME: Readonly<Record<string, readonly string[]>> = { body: ['rid', 'sid'], iq: ['id'] }

function differencesAt(at: string, recorded: Tree, sent: Tree): string[] {
  if (recorded.name !== sent.name || recorded.namespace !== sent.namespace) {
    return [`${at} was recorded, /${sent.name} of ${sent.namespace} was sent`]
  }
  const skipped = NEW_EACH_TIME[recorded.name] ?? []
  const names = [...new Set([...Object.keys(recorded.attributes), ...Object.keys(sent.attributes)])].sort()
  const attributes = names
    .filter(name => !skipped.includes(name) && recorded.attributes[name] !== sent.attributes[name])
    .map(name => `${at}/@${name}: recorded ${recorded.attributes[name]}, sent ${sent.attributes[name]}`)
  const text = recorded.text === sent.text ? [] : [`${at}: another text`]
  const count = Math.max(recorded.children.length, sent.children.length)
  const [before, now] = [sorted(recorded), sorted(sent)]
  const children = Array.from({ length: count }, (_, n) => {
    const [theirs, ours] = [before[n], now[n]]
    if (theirs && ours) return differencesAt(`${at}/${theirs.name}`, theirs, ours)
    return [`${at}/${(theirs ?? ours)?.name}: only ${theirs ? 'recorded' : 'sent'}`]
  })
  return [...attributes, ...text, ...children.flat()]
}

// XEP-0004 §3.2: fields are found by their name.
function sorted({ name, children }: Tree): readonly Tree[] {
  const varOf = ({ attributes }: Tree) => attributes['var'] ?? ''
  return name === 'x' ? [...children].sort((a, b) => (varOf(a) < varOf(b) ? -1 : 1)) : children
}

/** Headers of one connection or of one body. */
const NOT_COMPARED = ['host', 'content-length']

/**
 * Returns the differences between the headers of a recorded request and of one that was sent, as lines of text. A client
 * other than the library sent fewer of them: a header that is only in the request of the library does not count then.
 */
export function headerDifferences(recorded: Headers, sent: Headers): string[] {
  const valuesIn = (headers: Headers) => new Map(headers.map(([name, value]) => [name.toLowerCase(), value]))
  const [before, now] = [valuesIn(recorded), valuesIn(sent)]
  const isLibrary = before.has('accept-encoding')
  return [...new Set([...before.keys(), ...(isLibrary ? now.keys() : [])])]
    .filter(name => !NOT_COMPARED.includes(name) && before.get(name) !== now.get(name))
    .map(name => `header ${name}: recorded ${before.get(name)}, sent ${now.get(name)}`)
}
