import { type Headers, headerIn } from '../../fixtures/dialogues/dialogue'
import { bySaxes, type Tree } from '../../fixtures/saxes'

/** What of a reply is the same each time. */
export interface Shape {
  readonly status: number
  readonly type: string | undefined
  readonly server: string | undefined
  readonly content: unknown
}

const NEW_EACH_TIME = ['sid', 'authid', 'wait']
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512']
/** a resource that the server has chosen, and the address of a stream */
const CHOSEN = /\/[0-9a-f-]{20,}$|\/[0-9]+-tigase-[0-9]+$/

/**
 * Returns the shape of a reply. Left out are: sids and ids of streams, the times that a request is held, what SASL messages
 * hold, resources that the server chooses, texts for people, the codes of errors before RFC 3920, mechanisms that the kit
 * does not have, the order of what a stanza or the features hold, and all of a page but its title.
 */
export function shapeOf({ status, headers, body }: { status: number; headers: Headers; body: string }): Shape {
  const type = headerIn(headers, 'content-type')
  return { status, type, server: headerIn(headers, 'server'), content: contentOf(body) }
}

function contentOf(body: string): unknown {
  if (body === '') return ''
  const [, title] = /<title>(.*?)<\/title>|<h1>(.*?)<\/h1>/.exec(body)?.filter(part => part !== undefined) ?? []
  if (title !== undefined && !body.startsWith('<body')) return title
  const { attributes, children } = bySaxes(body)
  return { attributes: kept(attributes, NEW_EACH_TIME), children: children.map(inside) }
}

function inside(tree: Tree): unknown {
  const { namespace, name, attributes, children, text } = tree
  if (name === 'mechanisms') return children.map(child => child.text).filter(offered => MECHANISMS.includes(offered))
  if (name === 'challenge' || name === 'success') return { name, isFilled: text !== '' }
  const shown = children.filter(child => !['text', 'instructions'].includes(child.name)).map(inside)
  const sorted = shown.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
  return { namespace, name, attributes: kept(attributes, ['code']), children: sorted, text: text.replace(CHOSEN, '/*') }
}

function kept(attributes: Readonly<Record<string, string>>, left: readonly string[]): Record<string, string> {
  const entries = Object.entries(attributes).filter(([name, value]) => {
    // Openfire names the address of the stream before bind.
    const isStream = name === 'to' && !value.includes('@') && CHOSEN.test(value)
    return !left.includes(name) && !isStream
  })
  return Object.fromEntries(entries.map(([name, value]) => [name, value.replace(CHOSEN, '/*')]))
}
