import { MAX_TRACE_LINE_LENGTH } from '../limits'
import * as namespaces from '../xml/namespaces'
import { type Element, read } from '../xml/read'

/*
 * Redaction by allow-list: only words of this file leave it, each in its own places. All else that a body holds becomes
 * `…`, so that what is unknown, or was put where it does not belong, is blanked. A word alone does not show that a text is
 * harmless: a password may be `hidden`.
 */

const BLANK = '…'

const words = (text: string): ReadonlySet<string> => new Set(text.trim().split(/\s+/))

/** Namespaces that are told apart, by the prefix that stands for each. */
const PREFIXES: ReadonlyMap<string, string> = new Map([
  [namespaces.HTTPBIND, ''],
  [namespaces.CLIENT, ''],
  [namespaces.STREAMS, 'stream:'],
  [namespaces.STREAM_CONDITIONS, 'streams:'],
  [namespaces.STANZA_CONDITIONS, 'stanzas:'],
  [namespaces.SASL, 'sasl:'],
  [namespaces.SASL_CHANNEL_BINDING, 'cb:'],
  [namespaces.BIND, 'bind:'],
  ['urn:ietf:params:xml:ns:xmpp-session', 'session:'],
  [namespaces.REGISTER, 'register:'],
  [namespaces.REGISTER_FEATURE, 'iq-register:'],
  [namespaces.DATA_FORM, 'x:'],
  [namespaces.MEDIA_ELEMENT, 'media:'],
  [namespaces.BITS_OF_BINARY, 'bob:'],
  ['urn:xmpp:captcha', 'captcha:'],
])

const CONDITIONS = `
  aborted account-disabled bad-auth bad-format bad-namespace-prefix bad-protocol bad-request conflict connection-timeout
  credentials-expired encryption-required feature-not-implemented forbidden gone host-gone host-unknown
  improper-addressing incorrect-encoding internal-server-error invalid-authzid invalid-from invalid-mechanism
  invalid-namespace invalid-xml item-not-found jid-malformed malformed-request mechanism-too-weak no-mechanism
  not-acceptable not-allowed not-authorized not-well-formed other-request payment-required policy-violation
  recipient-unavailable redirect registration-required remote-connection-failed remote-server-not-found
  remote-server-timeout remote-stream-error reset resource-constraint restricted-xml secure-connection-failed
  see-other-host see-other-uri service-unavailable subscription-required system-shutdown temporary-auth-failure
  undefined-condition unexpected-request unsupported-encoding unsupported-feature unsupported-stanza-type
  unsupported-version`

const ELEMENTS = words(`${CONDITIONS}
  abort auth bind body captcha channel-binding challenge data email error failure features field iq instructions jid media
  mechanism mechanisms message optional option password presence query register registered remove required resource
  response session stream success text title uri username value x`)

const ATTRIBUTES = words(`
  accept ack authid charsets cid code condition content from hold id inactivity label max-age maxpause mechanism polling
  requests rid secure sid time to type var ver version wait xml:lang xmpp:restart xmpp:restartlogic xmpp:version`)

type Rule = (value: string) => boolean

const oneOf = (text: string): Rule => {
  const known = words(text)
  return value => known.has(value)
}
// Longer digits could be a password that a server puts there.
const isSmallNumber: Rule = value => /^[0-9]{1,3}(?:\.[0-9]{1,2})?$/.test(value)
const isTruth = oneOf('true false')
const isMechanism = oneOf(`
  ANONYMOUS DIGEST-MD5 EXTERNAL OAUTHBEARER PLAIN SCRAM-SHA-1 SCRAM-SHA-1-PLUS SCRAM-SHA-256 SCRAM-SHA-256-PLUS
  SCRAM-SHA-512 SCRAM-SHA-512-PLUS X-OAUTH2`)
const isFormType = oneOf(`${namespaces.REGISTER} urn:xmpp:captcha`)

/** The attributes whose value is never a secret, and the values that are shown. */
const SHOWN_ATTRIBUTES: ReadonlyMap<string, Rule> = new Map([
  ...[...words('hold inactivity maxpause polling requests ver version wait xmpp:version code')].map(
    name => [name, isSmallNumber] as const,
  ),
  ['condition', oneOf(CONDITIONS)],
  ['mechanism', isMechanism],
  [
    'type',
    oneOf(
      'auth cancel continue error form get hidden modify result set submit terminate text-private text-single wait',
    ),
  ],
  ['var', oneOf('FORM_TYPE challenge ocr')],
  ['xmpp:restart', isTruth],
  ['xmpp:restartlogic', isTruth],
])

/** Returns a body of the dialogue in one line without anything that could be a secret, a name or a text of a server. */
export function redacted(body: Uint8Array): string {
  let line: string
  try {
    line = written(read(body), undefined)
  } catch {
    return `${body.byteLength} bytes that are not XML as XMPP allows it`
  }
  return line.length > MAX_TRACE_LINE_LENGTH ? `${line.slice(0, MAX_TRACE_LINE_LENGTH)}${BLANK}` : line
}

function written(element: Element, parent: Element | undefined): string {
  const { name, namespace, attributes, text, children } = element
  const prefix = PREFIXES.get(namespace)
  const tag = prefix !== undefined && ELEMENTS.has(name) ? prefix + name : BLANK
  const head = tag + Array.from(attributes, ([key, value]) => writtenAttribute(key, value)).join('')
  const inside = writtenText(text, ruleOf(element, parent)) + children.map(child => written(child, element)).join('')
  return inside === '' ? `<${head}/>` : `<${head}>${inside}</${tag}>`
}

/** Returns which text of an element is shown, or `undefined` if the text may be a secret. */
function ruleOf({ name, namespace }: Element, parent: Element | undefined): Rule | undefined {
  if (namespace === namespaces.SASL && name === 'mechanism') return isMechanism
  if (namespace !== namespaces.DATA_FORM || name !== 'value') return undefined
  const isOfField = parent?.namespace === namespaces.DATA_FORM && parent.name === 'field'
  return isOfField && parent.attributes.get('var') === 'FORM_TYPE' ? isFormType : undefined
}

/** Prefixes of attributes with a namespace, by the beginning of their name in {@link Element.attributes}. */
const ATTRIBUTE_PREFIXES = [
  [`{${namespaces.XBOSH}}`, 'xmpp:'],
  [`{${namespaces.XML}}`, 'xml:'],
] as const

function writtenAttribute(key: string, value: string): string {
  const [namespace, prefix] = ATTRIBUTE_PREFIXES.find(([start]) => key.startsWith(start)) ?? ['', '']
  const name = prefix + key.slice(namespace.length)
  const isShown = SHOWN_ATTRIBUTES.get(name)?.(value)
  return ATTRIBUTES.has(name) ? ` ${name}='${isShown ? value : BLANK}'` : ` ${BLANK}`
}

function writtenText(text: string, isShown: Rule | undefined): string {
  const trimmed = text.trim()
  if (trimmed === '') return ''
  return isShown?.(trimmed) ? trimmed : BLANK
}
