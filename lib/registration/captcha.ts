import { createHash } from 'node:crypto'
import { protocolError } from '../errors/error'
import { decodeBase64 } from '../sasl'
import type { DataField } from '../stanzas/data-form'
import { BITS_OF_BINARY } from '../xml/namespaces'
import { type Element, textOf } from '../xml/read'

/** Media type of a captcha's picture. Pictures of other types are refused. */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif'

/**
 * Picture with text that the visitor has to type (XEP-0158).
 *
 * @example
 * ```ts
 * import type { Captcha } from 'passport-xmpp-bosh'
 *
 * export function imageTag({ image, type }: Captcha): string {
 *   return `<img alt="Digits to type" src="data:${type};base64,${image.toString('base64')}">`
 * }
 * ```
 */
export interface Captcha {
  /** bytes of the picture, a `Buffer`; at most option `maxResponseBytes` */
  readonly image: Uint8Array & {
    /** Encodes the picture for a `data:` URL. */
    toString(encoding: 'base64'): string
  }
  /** media type for `Content-Type`; the first bytes of the picture match it */
  readonly type: ImageType
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

/**
 * Returns the picture of a challenge (XEP-0158 §4). It must be part of the reply (XEP-0231): nothing is fetched from a
 * URL that the server names.
 *
 * @param siblings elements with the `<data/>` elements among them
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL if there is no picture, or if its hash or its type is wrong
 */
export function captchaOf({ media }: DataField, siblings: readonly Element[]): Captcha {
  for (const [type, uri] of media ?? []) {
    if (!isImageType(type)) continue
    const [, cid = '', algorithm = '', hash = ''] = CID.exec(uri.trim()) ?? []
    const data = siblings.find(({ name, namespace, attributes }) => {
      return namespace === BITS_OF_BINARY && name === 'data' && attributes.get('cid') === cid
    })
    const image = data && decodeBase64(textOf(data).replace(/[ \t\r\n]+/g, ''))
    if (!image) continue
    const digest = createHash(DIGESTS[algorithm] ?? 'sha1').update(image)
    if (digest.digest('hex') !== hash) throw protocolError('the captcha picture does not match its hash')
    if (data.attributes.get('type') !== type || !image.subarray(0, MAGIC[type].length).equals(MAGIC[type])) {
      throw protocolError('the captcha picture is not of the type that the server states')
    }
    return { image, type }
  }
  throw protocolError('the captcha contains no PNG, JPEG or GIF picture')
}

function isImageType(type: string): type is ImageType {
  return Object.hasOwn(MAGIC, type)
}
