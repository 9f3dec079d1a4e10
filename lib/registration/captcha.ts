import { createHash } from 'node:crypto'
import { protocolError } from '../errors/error'
import { decodeBase64 } from '../sasl'
import type { DataField } from '../stanzas/data-form'
import { BITS_OF_BINARY } from '../xml/namespaces'
import { type Element, textOf } from '../xml/read'

/** Kinds of pictures that are passed on. */
export type ImageType = 'image/png' | 'image/jpeg' | 'image/gif'

/** A picture for the visitor to read. */
export interface Captcha {
  /** a `Buffer`; at most `maxResponseBytes` */
  readonly image: Uint8Array & {
    /** for a `data:` URL */
    toString(encoding: 'base64'): string
  }
  /** for its `Content-Type`; the picture begins as one of this type does */
  readonly type: ImageType
}

/** What a picture of the type begins with. */
const MAGIC: Readonly<Record<ImageType, Buffer>> = {
  'image/png': Buffer.from('89504e470d0a1a0a', 'hex'),
  'image/jpeg': Buffer.from('ffd8ff', 'hex'),
  'image/gif': Buffer.from('GIF8'),
}
const DIGESTS: Readonly<Record<string, string>> = { sha1: 'sha1', 'sha-256': 'sha256' }
// XEP-0231 §2.1: the algorithm, the hash, and a domain that means nothing
const CID = /^cid:((sha1|sha-256)\+([0-9a-f]{40}|[0-9a-f]{64})@bob\.xmpp\.org)$/

/**
 * The picture of a challenge (XEP-0158 §4), sent along as XEP-0231 has it: nothing is fetched from an address of the
 * server's choice.
 *
 * @param beside where the `<data/>` elements are
 * @throws {XmppBoshError} ERR_XMPP_PROTOCOL when there is none, or none that is what it says it is
 */
export function captchaOf({ media }: DataField, beside: readonly Element[]): Captcha {
  for (const [type, uri] of media ?? []) {
    if (!isImageType(type)) continue
    const [, cid = '', algorithm = '', hash = ''] = CID.exec(uri.trim()) ?? []
    const data = beside.find(({ name, namespace, attributes }) => {
      return namespace === BITS_OF_BINARY && name === 'data' && attributes.get('cid') === cid
    })
    const image = data && decodeBase64(textOf(data).replace(/[ \t\r\n]+/g, ''))
    if (!image) continue
    const digest = createHash(DIGESTS[algorithm] ?? 'sha1').update(image)
    if (digest.digest('hex') !== hash) throw protocolError('the captcha is not the picture it was announced as')
    if (data.attributes.get('type') !== type || !image.subarray(0, MAGIC[type].length).equals(MAGIC[type])) {
      throw protocolError('the captcha is not a picture of the type it says')
    }
    return { image, type }
  }
  throw protocolError('the captcha has no PNG, JPEG or GIF in it that could be shown')
}

function isImageType(type: string): type is ImageType {
  return Object.hasOwn(MAGIC, type)
}
