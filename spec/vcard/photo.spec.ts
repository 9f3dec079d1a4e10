import { MAX_PHOTO_BYTES, MAX_PHOTO_PIXELS } from '../../lib/vcard/limits'
import { photoUrl } from '../../lib/vcard/photo'
import { gif, gifFrame, jpeg, png, segment } from '../fixtures/pictures'

const base64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64')
const typeOf = (bytes: Uint8Array | string) => /^data:([^;]+);base64,/.exec(photoUrl(base64(bytes)) ?? '')?.[1]
const filledTo = (size: number, bytes: Buffer) => Buffer.concat([bytes, Buffer.alloc(size - bytes.length)])

test.each([
  ['a PNG', png(64, 64), 'image/png'],
  ['a GIF of 1989', gif(64, 64), 'image/gif'],
  ['a GIF of 1987', gif(64, 64, 'GIF87a'), 'image/gif'],
  ['a JPEG', jpeg(64, 64), 'image/jpeg'],
  ['a progressive JPEG', jpeg(64, 64, undefined, 0xc2), 'image/jpeg'],
  ['a JPEG with tables and a comment first', jpeg(64, 64, segment(0xfe, Buffer.from('hi'))), 'image/jpeg'],
  ['a JPEG with fill bytes', jpeg(64, 64, Buffer.from([0xff, 0xff, 0xff, 0xff])), 'image/jpeg'],
])('%s is taken under the type of its bytes', (_, bytes, type) => {
  expect(photoUrl(base64(bytes))).toBe(`data:${type};base64,${base64(bytes)}`)
})

test('the lines of a photo are joined', () => {
  const lines = base64(png(64, 64)).replace(/.{20}/g, '\n  $&\r\n\t')
  expect(photoUrl(lines)).toBe(`data:image/png;base64,${base64(png(64, 64))}`)
})

test.each([
  ['nothing', ''],
  ['a text', 'hello'],
  ['an SVG', "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"],
  ['a page', '<!DOCTYPE html><script>alert(1)</script>'],
  ['a WebP', Buffer.from('RIFF\0\0\0\0WEBPVP8 ', 'latin1')],
  ['a BMP', Buffer.from('BM\0\0\0\0\0\0\0\0', 'latin1')],
  ['a GIF of another version', gif(64, 64, 'GIF88a')],
  ['a PNG without a header', Buffer.from('89504e470d0a1a0a', 'hex')],
  ['a PNG with another chunk first', Buffer.from(png(64, 64).toString('latin1').replace('IHDR', 'tEXt'), 'latin1')],
  [
    'a page behind the first bytes of a PNG',
    Buffer.concat([png(1, 1).subarray(0, 8), Buffer.from('<html>'.repeat(9))]),
  ],
  ['a JPEG without a frame', Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 0, 0])],
  ['a JPEG whose scan begins before its frame', jpeg(64, 64, segment(0xda, Buffer.alloc(4)))],
  ['a JPEG that ends before its frame', jpeg(64, 64, Buffer.from([0xff, 0xd9]))],
  ['a JPEG with a segment of no length', jpeg(64, 64, Buffer.from([0xff, 0xe0, 0, 0]))],
  ['a JPEG with a segment that is longer than the rest', jpeg(64, 64, Buffer.from([0xff, 0xe0, 0xff, 0xff]))],
  ['a JPEG with bytes between its segments', jpeg(64, 64, Buffer.from([0, 0, 0, 0]))],
  ['a JPEG whose only frame is a table of Huffman codes', jpeg(64, 64, undefined, 0xc4)],
])('%s is no photo', (_, bytes) => {
  expect(photoUrl(base64(bytes))).toBeUndefined()
})

describe.each([
  ['PNG', png],
  ['GIF', gif],
  ['JPEG', (width: number, height: number) => jpeg(width, height)],
])('a %s', (_, picture) => {
  test('is refused at every length that cuts its size off', () => {
    const whole = picture(64, 64)
    const shortest = Array.from({ length: whole.length + 1 }, (_, length) => length).find(length =>
      typeOf(whole.subarray(0, length)),
    )
    expect(shortest).toBeGreaterThan(10)
    for (let length = shortest ?? 0; length <= whole.length; length++) {
      expect(typeOf(whole.subarray(0, length))).toBe(typeOf(whole))
    }
  })

  test.each([
    [MAX_PHOTO_PIXELS, MAX_PHOTO_PIXELS, true],
    [1, 1, true],
    [MAX_PHOTO_PIXELS + 1, 1, false],
    [1, MAX_PHOTO_PIXELS + 1, false],
    [65_535, 65_535, false],
    [0, 1, false],
    [1, 0, false],
  ])('of %d × %d pixels is taken: %s', (width, height, isTaken) => {
    expect(typeOf(picture(width, height)) !== undefined).toBe(isTaken)
  })

  test('is taken up to its bound in bytes', () => {
    expect(typeOf(filledTo(MAX_PHOTO_BYTES, picture(64, 64)))).toBeDefined()
    expect(typeOf(filledTo(MAX_PHOTO_BYTES + 1, picture(64, 64)))).toBeUndefined()
  })
})

test.each<[string, Buffer, boolean]>([
  ['its first frame, which browsers show in full', gifFrame(0, 0, MAX_PHOTO_PIXELS + 1, 1), false],
  ['the place of its first frame', gifFrame(0, MAX_PHOTO_PIXELS, 1, 1), false],
  ['nothing, as its first frame fits', gifFrame(MAX_PHOTO_PIXELS - 1, 0, 1, MAX_PHOTO_PIXELS), true],
])('a GIF of a small screen is judged by %s', (_, frame, isTaken) => {
  const extensions = Buffer.from([0x21, 0xf9, 4, 0, 0, 0, 0, 0, 0x21, 0xfe, 2, 0x2c, 0x2c, 1, 0x21, 0])
  const screen = gif(1, 1).subarray(0, 13)
  const withColors = Buffer.from(screen)
  withColors[10] = 0x81
  const colors = Buffer.alloc(12, 0x2c)
  expect(typeOf(Buffer.concat([screen, frame])) !== undefined).toBe(isTaken)
  expect(typeOf(Buffer.concat([screen, extensions, frame])) !== undefined).toBe(isTaken)
  expect(typeOf(Buffer.concat([withColors, colors, extensions, frame])) !== undefined).toBe(isTaken)
})

test.each([
  ['that ends before its first frame', Buffer.from([0x3b])],
  ['whose extension does not end', Buffer.from([0x21, 0xfe, 255])],
  ['whose colors are cut off', Buffer.alloc(0)],
])('a GIF %s is no photo', (_, rest) => {
  const screen = Buffer.from(gif(64, 64).subarray(0, 13))
  if (rest.length === 0) screen[10] = 0x87
  expect(typeOf(Buffer.concat([screen, rest]))).toBeUndefined()
})

test('the sides of a PNG beyond 2³¹ are refused', () => {
  expect(typeOf(png(0xff_ff_ff_ff, 0xff_ff_ff_ff))).toBeUndefined()
})

test.each([
  ['another alphabet', 'iVBORw0KGgo_'],
  ['missing padding', base64(gif(64, 64)).replace(/=+$/, '')],
  ['a data: URL', `data:image/png;base64,${base64(png(64, 64))}`],
  ['an address', 'https://tracker.example/photo.png'],
])('%s in place of base64 is no photo', (_, text) => {
  expect(photoUrl(text)).toBeUndefined()
})

test('a text of many blanks is refused at once', () => {
  expect(photoUrl(`${base64(png(64, 64))}${' '.repeat(10 * MAX_PHOTO_BYTES)}`)).toBeUndefined()
})
