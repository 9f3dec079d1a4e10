import { deflateSync } from 'node:zlib'

/** The digits 0 to 9, each as rows of five pixels. */
const GLYPHS = [
  [14, 17, 19, 21, 25, 17, 14],
  [4, 12, 4, 4, 4, 4, 14],
  [14, 17, 1, 2, 4, 8, 31],
  [31, 2, 4, 2, 1, 17, 14],
  [2, 6, 10, 18, 31, 2, 2],
  [31, 16, 30, 1, 1, 17, 14],
  [6, 8, 16, 30, 17, 17, 14],
  [31, 1, 2, 4, 8, 8, 8],
  [14, 17, 17, 14, 17, 17, 14],
  [14, 17, 17, 15, 1, 2, 12],
]
const GLYPH_WIDTH = 5
const GLYPH_HEIGHT = 7
/** pixels of the picture for one pixel of a glyph */
const SCALE = 5
const MARGIN = 2
const WHITE = 255
const BLACK = 0

/** Draws `digits` as a PNG, as plainly as possible: programs can read it, too. */
export function digitsPng(digits: string): Buffer {
  const columns = digits.length * (GLYPH_WIDTH + 1) - 1 + 2 * MARGIN
  const rows = GLYPH_HEIGHT + 2 * MARGIN
  const isInk = (row: number, column: number): boolean => {
    const [x, y] = [column - MARGIN, row - MARGIN]
    const glyph = GLYPHS[Number(digits[Math.floor(x / (GLYPH_WIDTH + 1))])]
    return (((glyph?.[y] ?? 0) >> (GLYPH_WIDTH - 1 - (x % (GLYPH_WIDTH + 1)))) & 1) === 1
  }
  const [width, height] = [columns * SCALE, rows * SCALE]
  const lines = Array.from({ length: height }, (_, y) => [
    0, // PNG §9.2: this line does not use a filter
    ...Array.from({ length: width }, (_, x) => (isInk(Math.floor(y / SCALE), Math.floor(x / SCALE)) ? BLACK : WHITE)),
  ])
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header[8] = 8 // bits a pixel, grey
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.from(lines.flat()))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

// PNG §5.3
function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type), data])
  const framed = Buffer.alloc(8 + named.length)
  framed.writeUInt32BE(data.length, 0)
  named.copy(framed, 4)
  framed.writeUInt32BE(crc32(named), 4 + named.length)
  return framed
}

// PNG annex D. node:zlib has crc32(), but not in every version of Node 20.
function crc32(bytes: Buffer): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  }
  return ~crc >>> 0
}
