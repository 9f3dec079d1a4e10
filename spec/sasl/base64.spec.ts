import fc from 'fast-check'
import { decodeBase64 } from '../../lib/sasl/base64'

test.each([
  ['', ''],
  ['Zg==', 'f'],
  ['Zm8=', 'fo'],
  ['Zm9v', 'foo'],
  ['Zm9vYg==', 'foob'],
  ['Zm9vYmE=', 'fooba'],
  ['Zm9vYmFy', 'foobar'],
])('decodeBase64 reads "%s" as "%s" (RFC 4648 §10)', (encoded, text) => {
  expect(decodeBase64(encoded)?.toString()).toBe(text)
})

test.each([
  ['junk in between', 'YWJ*j'],
  ['no padding', 'Zg'],
  ['half of the padding', 'Zg='],
  ['too much padding', 'Zm9v===='],
  ['padding alone', '='],
  ['padding in the middle', 'Zg==Zg=='],
  ['URL-safe letters', '-_-_'],
  ['stray bits before ==', 'Zh=='],
  ['stray bits before =', 'Zm9='],
  ['a blank in front', ' Zm9v'],
  ['a line feed behind', 'Zm9v\n'],
  ['a line break inside', 'Zm9v\r\nYmFy'],
  ['one letter', 'Z'],
  ['a NUL', 'Zm9\0'],
  ['a letter that is not ASCII', 'Zm9ö'],
])('decodeBase64 refuses %s', (_, text) => {
  expect(decodeBase64(text)).toBeUndefined()
})

test('decodeBase64 returns every sequence of bytes that was encoded', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), bytes => {
      expect(decodeBase64(Buffer.from(bytes).toString('base64'))).toEqual(Buffer.from(bytes))
    }),
  )
})

test('decodeBase64 accepts a single spelling of any bytes', () => {
  const letters = fc.constantFrom(...'ABYZabyz0189+/=-_ \n*')
  fc.assert(
    fc.property(fc.string({ unit: letters, maxLength: 12 }), text => {
      const bytes = decodeBase64(text)
      expect(bytes?.toString('base64') ?? text).toBe(text)
      // Nothing is refused that a strict encoder writes.
      if (bytes === undefined) expect(Buffer.from(text, 'base64').toString('base64')).not.toBe(text)
    }),
    { numRuns: 2000 },
  )
})

test('decodeBase64 treats 64 KiB like three bytes', () => {
  const bytes = Buffer.alloc(65_536, 0xa5)
  expect(decodeBase64(bytes.toString('base64'))).toEqual(bytes)
  expect(decodeBase64(`${bytes.toString('base64')}*`)).toBeUndefined()
})
