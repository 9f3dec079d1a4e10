import { type Headers, headerIn } from '../../fixtures/dialogues/dialogue'
import { bySaxes, type Tree } from '../../fixtures/saxes'

/** The parts of a reply that are the same each time. */
export interface Shape {
  readonly status: number
  readonly type: string | undefined
  readonly server: string | undefined
  readonly content: string
}

/** Metronome repeats the language of the stream. */
const LANGUAGE = '{http://www.w3.org/XML/1998/namespace}lang'
const NEW_EACH_TIME = ['sid', 'authid', 'wait']
const MECHANISMS = ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512']
/** elements with a text for people */
const FOR_PEOPLE = ['text', 'instructions']
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

function contentOf(body: string): string {
  if (body === '') return ''
  const [, title] = /<title>(.*?)<\/title>|<h1>(.*?)<\/h1>/.exec(body)?.filter(part => part !== undefined) ?? []
  if (title !== undefined && !/^<body [^>]*>/.test(body)) return title
  const { attributes, children } = bySaxes(body)
  return `body${shown(attributes, NEW_EACH_TIME)} [${children.map(inside).join(' ')}]`
}

function inside({ namespace, name, attributes, children, text }: Tree): string {
  if (name === 'mechanisms')
    return `mechanisms ${children
      .map(child => child.text)
      .filter(isKnown)
      .join(',')}`
  if (name === 'challenge' || name === 'success') return `${name}${text === '' ? '' : ' with data'}`
  const kept = children
    .filter(child => !FOR_PEOPLE.includes(child.name))
    .map(inside)
    .sort()
  const content = text.trim() === '' ? '' : ` "${text.replace(CHOSEN, '/*')}"`
  return `${name}{${namespace}}${shown(attributes, ['code'])}${content}${kept.length > 0 ? ` [${kept.join(' ')}]` : ''}`
}

const isKnown = (mechanism: string): boolean => MECHANISMS.includes(mechanism)

function shown(attributes: Readonly<Record<string, string>>, left: readonly string[]): string {
  return Object.entries(attributes)
    .filter(([name, value]) => {
      // Openfire names the address of the stream before bind.
      const isStream = name === 'to' && !value.includes('@') && CHOSEN.test(value)
      return !left.includes(name) && !isStream && name !== LANGUAGE
    })
    .map(([name, value]) => ` ${name}=${value.replace(CHOSEN, '/*')}`)
    .sort()
    .join('')
}
