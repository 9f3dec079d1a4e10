import { decodeBase64 } from '../sasl/base64'
import { MAX_PHOTO_BYTES, MAX_PHOTO_PIXELS } from './limits'

/** Size of a picture, in pixels. */
interface Dimensions {
  readonly width: number
  readonly height: number
}

/** Media type of a picture, and the function that reads its size from its header. */
type Format = readonly [type: string, dimensionsIn: (bytes: Buffer) => Dimensions | undefined]

const FORMATS: readonly Format[] = [
  ['image/png', pngDimensions],
  ['image/gif', gifDimensions],
  ['image/jpeg', jpegDimensions],
]
/** Length of the base64 of a photo, and as much again for its line ends. */
const MAX_BASE64_LENGTH = 2 * Math.ceil((MAX_PHOTO_BYTES * 4) / 3)

/**
 * Returns a photo as `data:` URL, or `undefined` if it is not a PNG, GIF or JPEG by its first bytes, or larger than its
 * bounds in bytes or pixels. The type that the vCard gives is not read.
 *
 * @param base64 content of `<BINVAL/>` (XEP-0054 §4), which may have line ends
 */
export function photoUrl(base64: string): string | undefined {
  if (base64.length > MAX_BASE64_LENGTH) return undefined
  const bytes = decodeBase64(base64.replace(/[ \t\r\n]/g, ''))
  if (!bytes || bytes.length > MAX_PHOTO_BYTES) return undefined
  for (const [type, dimensionsIn] of FORMATS) {
    const dimensions = dimensionsIn(bytes)
    if (dimensions) return isSmall(dimensions) ? `data:${type};base64,${bytes.toString('base64')}` : undefined
  }
  return undefined
}

function isSmall({ width, height }: Dimensions): boolean {
  return [width, height].every(pixels => pixels > 0 && pixels <= MAX_PHOTO_PIXELS)
}

// PNG (ISO/IEC 15948) §5.2, §11.2.2: the signature, and IHDR as first chunk.
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

function pngDimensions(bytes: Buffer): Dimensions | undefined {
  if (bytes.length < PNG.length + 13 || !bytes.subarray(0, PNG.length).equals(PNG)) return undefined
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

// GIF89a §17 to §20: the signature, the logical screen, its colors, extensions, and the first frame. A browser makes the
// screen as large as that frame.
function gifDimensions(bytes: Buffer): Dimensions | undefined {
  if (bytes.length < 13 || !/^GIF8[79]a$/.test(bytes.toString('latin1', 0, 6))) return undefined
  const packed = bytes[10] ?? 0
  let at = 13 + (packed & 0x80 ? 3 * 2 ** ((packed & 0x07) + 1) : 0)
  while (bytes[at] === 0x21) at = afterSubBlocks(bytes, at + 2)
  if (bytes[at] !== 0x2c || at + 9 > bytes.length) return undefined
  const right = bytes.readUInt16LE(at + 1) + bytes.readUInt16LE(at + 5)
  const bottom = bytes.readUInt16LE(at + 3) + bytes.readUInt16LE(at + 7)
  return { width: Math.max(bytes.readUInt16LE(6), right), height: Math.max(bytes.readUInt16LE(8), bottom) }
}

/** Returns the index after the data sub-blocks that begin at `from` (GIF89a §15, §16). */
function afterSubBlocks(bytes: Buffer, from: number): number {
  let at = from
  for (let size = bytes[at]; size; size = bytes[at]) at += 1 + size
  return at + 1
}

/** Markers of JPEG that begin a frame (ITU-T T.81 table B.1): SOF0 to SOF15, without DHT, JPG and DAC. */
function beginsFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
}

/** Markers of JPEG without a segment, or after which no frame begins: TEM, RST0 to RST7, SOI, EOI, SOS. */
function endsHeader(marker: number): boolean {
  return marker <= 0x01 || (marker >= 0xd0 && marker <= 0xda)
}

// ITU-T T.81 §B.1, §B.2.2: segments follow one another until the frame header, which has height and width.
function jpegDimensions(bytes: Buffer): Dimensions | undefined {
  if (bytes.length < 4 || bytes.readUInt16BE(0) !== 0xffd8) return undefined
  let at = 2
  while (at + 9 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) {
      at++ // fill byte, §B.1.1.2
      continue
    }
    if (endsHeader(marker)) return undefined
    if (beginsFrame(marker)) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    const length = bytes.readUInt16BE(at + 2)
    if (length < 2) return undefined
    at += 2 + length
  }
  return undefined
}
