import { createHash } from 'node:crypto'
import { protocolError, XmppBoshError } from '../errors/error'
import { MAX_CAPTCHA_URL_LENGTH } from '../limits'
import { withoutDot } from '../options/registration-options'
import { urlOf } from '../options/url'
import { decodeBase64 } from '../sasl'
import type { DataField } from '../stanzas/data-form'
import { BITS_OF_BINARY } from '../xml/namespaces'
import { type Element, textOf } from '../xml/read'

/** Media type of a captcha's picture. Pictures of other types are refused. */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif'

/**
 * Picture with text that the visitor has to type (XEP-0158): its bytes, or its address if option `captchaHosts` of
 * {@link Registration} allows the host. Without that option it is always the bytes.
 *
 * @example
 * ```ts
 * import type { Captcha } from 'passport-xmpp-bosh'
 *
 * const escape = (text: string) => text.replace(/[&<>"]/g, character => `&#${character.charCodeAt(0)};`)
 *
 * export function imageTag({ image, url, type }: Captcha): string {
 *   const source = image ? `data:${type};base64,${image.toString('base64')}` : url
 *   return `<img alt="Digits to type" src="${escape(source)}">`
 * }
 * ```
 */
export type Captcha = CaptchaImage | CaptchaAddress

/**
 * Picture that the server sent.
 *
 * @example
 * ```ts
 * import type { CaptchaImage } from 'passport-xmpp-bosh'
 *
 * export function sourceOf({ image, type }: CaptchaImage): string {
 *   return `data:${type};base64,${image.toString('base64')}`
 * }
 * ```
 */
export interface CaptchaImage {
  /** bytes of the picture, a `Buffer`; at most option `maxResponseBytes` */
  readonly image: Uint8Array & {
    /** Encodes the picture for a `data:` URL. */
    toString(encoding: 'base64'): string
  }
  /** media type for `Content-Type`; the first bytes of the picture match it */
  readonly type: ImageType
  /** never there: the picture is in `image` */
  readonly url?: never
}

/**
 * Picture that the visitor's browser gets from a host in option `captchaHosts`. The library does not look at it.
 *
 * @example
 * ```ts
 * import type { CaptchaAddress } from 'passport-xmpp-bosh'
 *
 * // For a Content-Security-Policy.
 * export const imageSource = ({ url }: CaptchaAddress) => `img-src 'self' ${new URL(url).origin}`
 * ```
 */
export interface CaptchaAddress {
  /** `https:` URL */
  readonly url: string
  /** media type that the server states */
  readonly type: ImageType
  /** never there: the picture is at `url` */
  readonly image?: never
}

/** First bytes of a picture of each type. */
const MAGIC: Readonly<Record<ImageType, Buffer>> = {
  'image/png': Buffer.from('89504e470d0a1a0a', 'hex'),
  'image/jpeg': Buffer.from('ffd8ff', 'hex'),
  'image/gif': Buffer.from('GIF8'),
}
const DIGESTS: Readonly<Record<string, string>> = { sha1: 'sha1', 'sha-256': 'sha256' }
// XEP-0231 §2.1: the hash algorithm, the hash, and a domain without meaning
const CID = /^cid:((sha1|sha-256)\+([0-9a-f]{40}|[0-9a-f]{64})@bob\.xmpp\.org)$/

/** Message for a picture that would be shown if option `captchaHosts` named its host. */
export const CAPTCHA_ELSEWHERE =
  'the captcha picture is not in the form but at an https: address: add its host to option `captchaHosts` if you trust it, and to img-src of a Content-Security-Policy'

/** Message for a picture that is at an `http:` address only. */
export const CAPTCHA_INSECURE =
  'the captcha picture is at an http: address: set up the server to send it within the form (XEP-0231), or at an https: address'

/**
 * Returns the picture of a challenge (XEP-0158 §4). A picture that is part of the reply (XEP-0231) comes first. The
 * library fetches nothing: an `https:` address is passed on if option `captchaHosts` names its host.
 *
 * @param siblings elements with the `<data/>` elements among them
 * @param hosts allowed hosts, each with its port unless that is 443
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if there is no picture that may be shown, or if its hash or its type is wrong
 */
export function captchaOf({ media }: DataField, siblings: readonly Element[], hosts: readonly string[]): Captcha {
  const pictures = (media ?? []).flatMap(([type, uri]) => {
    const bare = bareType(type)
    return isImageType(bare) ? [{ type: bare, uri: uri.trim() }] : []
  })
  for (const { type, uri } of pictures) {
    const image = imageOf(type, uri, siblings)
    if (image) return { image, type }
  }
  const urls = pictures.flatMap(({ type, uri }) => {
    const url = uri.length <= MAX_CAPTCHA_URL_LENGTH ? urlOf(uri) : undefined
    const isAddress = url?.protocol === 'https:' || url?.protocol === 'http:'
    return isAddress && url.username === '' && url.password === '' ? [{ type, url }] : []
  })
  const safe = urls.filter(({ url }) => url.protocol === 'https:')
  const allowed = safe.find(({ url }) => hosts.includes(withoutDot(url.host)))
  if (allowed) return { url: addressOf(allowed.url), type: allowed.type }
  if (safe.length > 0) throw protocolError(CAPTCHA_ELSEWHERE)
  throw protocolError(urls.length > 0 ? CAPTCHA_INSECURE : 'the captcha contains no PNG, JPEG or GIF picture')
}

/** Returns a media type in lower case and without its parameters (RFC 9110 §8.3.1): `image/png; q=1` is `image/png`. */
function bareType(type: string): string {
  return (type.split(';', 1)[0] as string).trim().toLowerCase()
}

// A Content-Security-Policy takes a host with a dot at its end for another host.
function addressOf(url: URL): string {
  const address = new URL(url.href)
  address.host = withoutDot(url.host)
  return address.href
}

/**
 * Returns the first challenge with a picture that may be shown: a server may send several and leave the choice to the
 * client (XEP-0158 §4). `undefined`: there is no challenge.
 *
 * @throws {XmppBoshError} the error of the first challenge if none can be shown; ERR_XMPP_PROTOCOL if another one has to
 * be answered as well
 */
export function challengeOf(
  challenges: readonly DataField[],
  siblings: readonly Element[],
  hosts: readonly string[],
): { readonly challenge: DataField; readonly captcha: Captcha } | undefined {
  let fault: XmppBoshError | undefined
  for (const challenge of challenges) {
    try {
      const captcha = captchaOf(challenge, siblings, hosts)
      if (challenges.some(other => other !== challenge && other.required)) {
        throw protocolError('the form has more than one required challenge')
      }
      return { challenge, captcha }
    } catch (reason) {
      if (!XmppBoshError.is(reason)) throw reason
      fault ??= reason
    }
  }
  if (fault) throw fault
  return undefined
}

/** Returns the picture that `uri` names if it is part of the reply. */
function imageOf(type: ImageType, uri: string, siblings: readonly Element[]): Buffer | undefined {
  const [, cid = '', algorithm = '', hash = ''] = CID.exec(uri) ?? []
  const data = siblings.find(({ name, namespace, attributes }) => {
    return namespace === BITS_OF_BINARY && name === 'data' && attributes.get('cid') === cid
  })
  const image = data && decodeBase64(textOf(data).replace(/[ \t\r\n]+/g, ''))
  if (!image) return undefined
  const digest = createHash(DIGESTS[algorithm] ?? 'sha1').update(image)
  if (digest.digest('hex') !== hash) throw protocolError('the captcha picture does not match its hash')
  if (
    bareType(data.attributes.get('type') ?? '') !== type ||
    !image.subarray(0, MAGIC[type].length).equals(MAGIC[type])
  ) {
    throw protocolError('the captcha picture is not of the type that the server states')
  }
  return image
}

function isImageType(type: string): type is ImageType {
  return Object.hasOwn(MAGIC, type)
}
