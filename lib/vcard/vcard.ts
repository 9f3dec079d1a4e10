import type { Domain } from '../jid'
import { MAX_VCARD_BYTES, MAX_XML_DEPTH, MAX_XML_ELEMENTS } from '../limits'
import { senders } from '../stanzas/iq'
import type { Question } from '../stanzas/question'
import { VCARD } from '../xml/namespaces'
import type { Element } from '../xml/read'
import { element } from '../xml/write'
import { photoUrl } from './photo'
import { emailsIn, shownText } from './texts'

/**
 * Statements of an account about itself, from its vCard (XEP-0054). The account's owner wrote them, and the server has
 * checked none: show them beside the JID, and grant nothing by them.
 *
 * @example
 * ```ts
 * import { Authenticator, type VCard } from 'passport-xmpp-bosh'
 *
 * const authenticator = new Authenticator({
 *   service: 'https://xmpp.example.com:5443/bosh',
 *   domain: 'example.com',
 *   profile: 'vcard',
 * })
 *
 * const { jid, vcard } = await authenticator.authenticate({ username: 'alice', password: 'secret' })
 * export const labelOf = ({ displayName }: VCard) => (displayName === undefined ? jid : `${displayName} (${jid})`)
 * console.log(vcard && labelOf(vcard)) // Alice Liddell (alice@example.com)
 * ```
 */
export interface VCard {
  /**
   * name to show: the full name, else the parts of the name, else the nickname. One line of at most 200 characters (code
   * points), without control, bidirectional and invisible characters. Escape it in HTML.
   */
  readonly displayName?: string
  /** parts of the name, each like `displayName` */
  readonly name?: {
    /** family name */
    readonly familyName?: string
    /** given name */
    readonly givenName?: string
    /** middle name */
    readonly middleName?: string
  }
  /**
   * up to five e-mail addresses. Any account can name any address: never find a user of the app by one. Escape it in HTML, and
   * encode it in a URL
   */
  readonly emails: readonly {
    /** address, as the account has written it */
    readonly value: string
    /** the server has not checked it */
    readonly verified: false
  }[]
  /**
   * photo, or none: a PNG, JPEG or GIF of at most 48 kB and 1024 × 1024 pixels, as a `data:` URL. Its type is read from its
   * first bytes
   */
  readonly photos: readonly {
    /** picture as a `data:` URL */
    readonly value: string
  }[]
}

/** Returns the question for the own vCard of an account that is logged in (XEP-0054 §3.1). */
export function vcardQuestion(domain: Domain, local: string): Question {
  return {
    payload: element('vCard', { xmlns: VCARD }),
    from: senders(domain, { local }),
    limits: { bytes: MAX_VCARD_BYTES, elements: MAX_XML_ELEMENTS, depth: MAX_XML_DEPTH },
    isSpare: true,
  }
}

/** Returns the vCard in an answer, or `undefined` if there is no answer, or it is an error or something else. */
export function vcardIn(answer: Element | undefined): VCard | undefined {
  if (answer?.attributes.get('type') !== 'result') return undefined
  const [vcard, ...more] = answer.children
  if (vcard?.namespace !== VCARD || vcard.name !== 'vCard' || more.length > 0) return undefined
  const name = nameIn(vcard)
  const displayName = displayNameIn(vcard, name)
  const emails = childrenOf(vcard, 'EMAIL').flatMap(email => textsOf(email, 'USERID'))
  return {
    ...(displayName !== undefined && { displayName }),
    ...(name && { name }),
    emails: emailsIn(emails).map(value => ({ value, verified: false })),
    photos: photosIn(vcard),
  }
}

function nameIn(vcard: Element): VCard['name'] {
  const [n] = childrenOf(vcard, 'N')
  if (!n) return undefined
  const familyName = firstShown(n, 'FAMILY')
  const givenName = firstShown(n, 'GIVEN')
  const middleName = firstShown(n, 'MIDDLE')
  if (familyName === undefined && givenName === undefined && middleName === undefined) return undefined
  return {
    ...(familyName !== undefined && { familyName }),
    ...(givenName !== undefined && { givenName }),
    ...(middleName !== undefined && { middleName }),
  }
}

function displayNameIn(vcard: Element, name: VCard['name']): string | undefined {
  const parts = name && [name.givenName, name.middleName, name.familyName].filter(part => part !== undefined)
  return firstShown(vcard, 'FN') ?? shownText(parts?.join(' ') ?? '') ?? firstShown(vcard, 'NICKNAME')
}

// One photo: the first that can be shown. `EXTVAL`, a photo elsewhere, is never fetched.
function photosIn(vcard: Element): VCard['photos'] {
  for (const photo of childrenOf(vcard, 'PHOTO')) {
    const [base64 = ''] = textsOf(photo, 'BINVAL')
    const value = photoUrl(base64)
    if (value !== undefined) return [{ value }]
  }
  return []
}

function childrenOf(parent: Element, name: string): readonly Element[] {
  return parent.children.filter(child => child.namespace === VCARD && child.name === name)
}

/** Returns the texts of the children of a name, without those that have elements in them. */
function textsOf(parent: Element, name: string): readonly string[] {
  return childrenOf(parent, name).flatMap(({ children, text }) => (children.length === 0 ? [text] : []))
}

function firstShown(parent: Element, name: string): string | undefined {
  for (const text of textsOf(parent, name)) {
    const shown = shownText(text)
    if (shown !== undefined) return shown
  }
  return undefined
}
