import fc from 'fast-check'
import { MAX_EMAILS, MAX_PHOTO_BYTES, MAX_TEXT_LENGTH } from '../../lib/vcard/limits'
import { vcardIn } from '../../lib/vcard/vcard'
import { read, XmlError } from '../../lib/xml/read'
import { gif, jpeg, png } from '../fixtures/pictures'
import { part, seed, tried } from './runs'

/*
 * vCards of any content: whatever the account's owner has stored, the profile holds bounded texts of one line, plausible
 * addresses, and photos of three types.
 */

const ALL = 40_000
const NAMES = [
  'FN',
  'N',
  'FAMILY',
  'GIVEN',
  'MIDDLE',
  'NICKNAME',
  'EMAIL',
  'USERID',
  'PHOTO',
  'TYPE',
  'BINVAL',
  'EXTVAL',
]
const name = fc.constantFrom(...NAMES, 'vCard', 'URL', 'JABBERID', 'x')
const pieces = fc.constantFrom(
  ...[
    'Alice',
    '<b>',
    '&',
    ' ',
    '\n',
    '\t',
    '\u2028',
    '\u202e',
    '\u2066',
    '\u200b',
    '\u00ad',
    '\ufeff',
    '\u2800',
    '\u0085',
  ],
  ...['\u{1f469}\u200d\u{1f467}', 'é', '@', '.', 'a@b.example', '"', 'javascript:alert(1)', 'data:image/png;base64,'],
)
const words = fc
  .array(fc.oneof(pieces, fc.string({ unit: 'binary', maxLength: 8 })), { maxLength: 12 })
  .map(all => all.join(''))
const long = fc.tuple(words, fc.integer({ min: 1, max: 200 })).map(([text, times]) => text.repeat(times))
const size = fc.oneof(fc.integer({ min: 0, max: 1_100 }), fc.integer({ min: 0, max: 65_535 }))
const picture = fc
  .tuple(
    fc.constantFrom(png, gif, jpeg),
    size,
    size,
    fc.nat({ max: 80 }),
    fc.uint8Array({ maxLength: 40 }),
    fc.boolean(),
  )
  .map(([make, width, height, cut, more, isWhole]) => {
    const bytes = make(width, height)
    return Buffer.concat([isWhole ? bytes : bytes.subarray(0, cut), more]).toString('base64')
  })
const text = fc.oneof(words, long, picture, fc.base64String({ maxLength: 200 }), fc.emailAddress())
const escaped = (value: string) =>
  value
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>]/g, character => `&#${character.charCodeAt(0)};`)
const { node } = fc.letrec<{ node: string }>(tie => ({
  node: fc
    .tuple(
      name,
      fc.constantFrom('', '', '', " xmlns='urn:x'"),
      fc.oneof(
        { maxDepth: 3 },
        text.map(escaped),
        fc.array(tie('node'), { maxLength: 4 }).map(all => all.join('')),
      ),
    )
    .map(([tag, attributes, inside]) => `<${tag}${attributes}>${inside}</${tag}>`),
}))
const shaped = fc.oneof(
  node,
  text.map(value => `<FN>${escaped(value)}</FN>`),
  text.map(value => `<N><GIVEN>${escaped(value)}</GIVEN><FAMILY>${escaped(value)}</FAMILY></N>`),
  text.map(value => `<EMAIL><USERID>${escaped(value)}</USERID></EMAIL>`),
  picture.map(value => `<PHOTO><TYPE>image/svg+xml</TYPE><BINVAL>${value}</BINVAL></PHOTO>`),
)
const vcards = fc.array(shaped, { maxLength: 8 }).map(all => `<vCard xmlns='vcard-temp'>${all.join('')}</vCard>`)

const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Bidi_Control}\p{Default_Ignorable_Code_Point}]/u

function assertShown(value: string | undefined): void {
  if (value === undefined) return
  expect(value.trim()).toBe(value)
  expect(value).not.toBe('')
  expect([...value].length).toBeLessThanOrEqual(MAX_TEXT_LENGTH)
  expect(value.isWellFormed()).toBe(true)
  expect(value).not.toMatch(UNSEEN)
}

test(`the profile holds no more than it may (${tried(ALL, 'vCards')})`, () => {
  const seen = { names: 0, emails: 0, photos: 0 }
  fc.assert(
    fc.property(vcards, xml => {
      const document = Buffer.from(`<iq xmlns='jabber:client' type='result' id='1'>${xml}</iq>`)
      const vcard = vcardIn(read(document, { elements: 20_000, depth: 64 }))
      expect(Object.keys(vcard ?? {}).sort()).toEqual(expect.arrayContaining(['emails', 'photos']))
      const { displayName, name: parts, emails = [], photos = [], ...rest } = vcard ?? {}
      expect(rest).toEqual({})
      for (const value of [displayName, parts?.familyName, parts?.givenName, parts?.middleName]) assertShown(value)
      expect(emails.length).toBeLessThanOrEqual(MAX_EMAILS)
      for (const { value, verified } of emails) {
        expect(value).toMatch(/^[!-~]{1,64}@[A-Za-z0-9.-]{3,253}$/)
        expect(value).not.toMatch(/[<>"(),:;\\[\]]/)
        expect(verified).toBe(false)
      }
      expect(photos.length).toBeLessThanOrEqual(1)
      for (const { value } of photos) {
        const [, base64 = ''] = /^data:image\/(?:png|gif|jpeg);base64,([A-Za-z0-9+/]+=*)$/.exec(value) ?? []
        expect(base64).not.toBe('')
        expect(Buffer.from(base64, 'base64').length).toBeLessThanOrEqual(MAX_PHOTO_BYTES)
      }
      if (displayName !== undefined) seen.names++
      if (emails.length > 0) seen.emails++
      if (photos.length > 0) seen.photos++
    }),
    { numRuns: part(ALL), seed },
  )
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(0)
}, 900_000)

test(`a vCard of any bytes is refused by the reader or is read (${tried(ALL, 'vCards')})`, () => {
  const edit = fc.tuple(
    fc.nat(),
    fc.nat({ max: 3 }),
    fc.constantFrom('', '<', '>', '</', '&', "'", '\0', '<!--', '<![CDATA[', '<?x?>'),
  )
  fc.assert(
    fc.property(vcards, edit, (xml, [at, removed, inserted]) => {
      const place = at % (xml.length + 1)
      const changed = xml.slice(0, place) + inserted + xml.slice(place + removed)
      try {
        vcardIn(read(Buffer.from(`<iq xmlns='jabber:client' type='result' id='1'>${changed}</iq>`)))
      } catch (error) {
        expect(error).toBeInstanceOf(XmlError)
      }
    }),
    { numRuns: part(ALL), seed },
  )
}, 900_000)
