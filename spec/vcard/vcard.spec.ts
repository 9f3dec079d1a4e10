import { prepareConfiguredDomain } from '../../lib/jid'
import { MAX_VCARD_BYTES } from '../../lib/limits'
import { MAX_EMAILS, MAX_TEXT_LENGTH } from '../../lib/vcard/limits'
import { type VCard, vcardIn, vcardQuestion } from '../../lib/vcard/vcard'
import { read } from '../../lib/xml/read'
import { write } from '../../lib/xml/write'
import { png } from '../fixtures/pictures'

const NOTHING: VCard = { emails: [], photos: [] }
const PNG = png(64, 64).toString('base64')
const escaped = (text: string) => text.replace(/[&<>]/g, character => `&#${character.charCodeAt(0)};`)
const iq = (payload: string, type = 'result') =>
  read(Buffer.from(`<iq xmlns='jabber:client' type='${type}' id='1'>${payload}</iq>`))
const vcard = (content: string) => vcardIn(iq(`<vCard xmlns='vcard-temp'>${content}</vCard>`))
const called = (name: string) => vcard(`<FN>${escaped(name)}</FN>`)?.displayName
const emails = (...texts: string[]) =>
  vcard(texts.map(text => `<EMAIL><USERID>${escaped(text)}</USERID></EMAIL>`).join(''))?.emails.map(
    ({ value }) => value,
  )

test('the question asks the server for the own vCard, and accepts the account and its server', () => {
  const domain = prepareConfiguredDomain('example.com')
  if (!domain) throw new Error('no domain')
  const question = vcardQuestion(domain, 'alice')

  expect(write(question.payload)).toBe("<vCard xmlns='vcard-temp'/>")
  expect(question.to).toBeUndefined()
  expect(['alice@example.com', 'ALICE@example.com/r', 'example.com'].map(question.from)).toEqual([true, true, true])
  expect(['mallory@example.com', 'alice@evil.example', 'rooms.example.com'].map(question.from)).toEqual([
    false,
    false,
    false,
  ])
  expect(question.limits?.bytes).toBe(MAX_VCARD_BYTES)
})

describe('from an answer', () => {
  test.each([
    ['no answer', undefined],
    [
      'an error',
      iq("<error type='cancel'><item-not-found xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>", 'error'),
    ],
    ['a vCard in an error', iq("<vCard xmlns='vcard-temp'><FN>Alice</FN></vCard>", 'error')],
    ['an empty result', iq('')],
    ['another element', iq("<query xmlns='vcard-temp'/>")],
    ['another namespace', iq("<vCard xmlns='jabber:client'><FN>Alice</FN></vCard>")],
    ['a vCard of vCard4', iq("<vcard xmlns='urn:ietf:params:xml:ns:vcard-4.0'/>")],
    ['two vCards', iq("<vCard xmlns='vcard-temp'/><vCard xmlns='vcard-temp'/>")],
    ['a vCard in another one', iq("<x xmlns='urn:x'><vCard xmlns='vcard-temp'/></x>")],
  ])('%s gives no vCard', (_, answer) => {
    expect(vcardIn(answer)).toBeUndefined()
  })

  test('an account that has none gives an empty vCard', () => {
    expect(vcard('')).toEqual(NOTHING)
  })

  test('a full vCard gives name, e-mail addresses and photo, and nothing else', () => {
    const full = `
      <FN>Alice P. Liddell</FN>
      <N><FAMILY>Liddell</FAMILY><GIVEN>Alice</GIVEN><MIDDLE>Pleasance</MIDDLE><PREFIX>Dr.</PREFIX></N>
      <NICKNAME>al</NICKNAME><URL>javascript:alert(1)</URL><BDAY>1852-05-04</BDAY><TITLE>Admin</TITLE><ROLE>admin</ROLE>
      <ORG><ORGNAME>Wonderland</ORGNAME></ORG><JABBERID>admin@example.com</JABBERID><UID>1</UID><DESC>x</DESC>
      <TEL><HOME/><NUMBER>1</NUMBER></TEL><ADR><HOME/><STREET>x</STREET></ADR>
      <EMAIL><INTERNET/><USERID>alice@example.com</USERID></EMAIL>
      <PHOTO><TYPE>image/png</TYPE><BINVAL>${PNG}</BINVAL></PHOTO>`

    expect(vcard(full)).toEqual({
      displayName: 'Alice P. Liddell',
      name: { familyName: 'Liddell', givenName: 'Alice', middleName: 'Pleasance' },
      emails: [{ value: 'alice@example.com', verified: false }],
      photos: [{ value: `data:image/png;base64,${PNG}` }],
    })
  })

  test('ejabberd may put the elements in another order', () => {
    const photoFirst = `<PHOTO><BINVAL>${PNG}</BINVAL><TYPE>image/png</TYPE></PHOTO><NICKNAME>al</NICKNAME>
      <N><MIDDLE/><GIVEN>Alice</GIVEN><FAMILY>Liddell</FAMILY></N><FN>Alice</FN>`
    expect(vcard(photoFirst)).toMatchObject({
      displayName: 'Alice',
      name: { familyName: 'Liddell', givenName: 'Alice' },
      photos: [{ value: `data:image/png;base64,${PNG}` }],
    })
  })

  test('the empty name that Prosody makes is none', () => {
    const converted =
      '<N><FAMILY/><GIVEN/><MIDDLE/><PREFIX/><SUFFIX/></N><EMAIL><USERID>alice@example.com</USERID><INTERNET/></EMAIL>'
    expect(vcard(converted)).toEqual({ emails: [{ value: 'alice@example.com', verified: false }], photos: [] })
    expect(vcard(`${converted}<NICKNAME>al</NICKNAME>`)?.displayName).toBe('al')
  })

  test.each([
    ['FN', '<NICKNAME>nick</NICKNAME><N><GIVEN>Given</GIVEN></N><FN>Full</FN>', 'Full'],
    [
      'the parts of N',
      '<NICKNAME>nick</NICKNAME><N><FAMILY>F</FAMILY><GIVEN>G</GIVEN><MIDDLE>M</MIDDLE></N><FN> </FN>',
      'G M F',
    ],
    ['NICKNAME', '<NICKNAME>nick</NICKNAME><N><GIVEN/></N><FN/>', 'nick'],
    ['the second FN, if the first is blank', '<FN>\u200b</FN><FN>Full</FN>', 'Full'],
    ['nothing', '<NICKNAME/><N/>', undefined],
  ])('the name to show comes from %s', (_, content, name) => {
    expect(vcard(content)?.displayName).toBe(name)
  })

  test('a text with an element in it is left out', () => {
    expect(vcard('<FN>Alice <b>Liddell</b></FN>')).toEqual(NOTHING)
    expect(vcard('<EMAIL><USERID>alice<x/>@example.com</USERID></EMAIL>')).toEqual(NOTHING)
    expect(vcard(`<PHOTO><BINVAL>${PNG}<x/></BINVAL></PHOTO>`)).toEqual(NOTHING)
  })

  test('elements of another namespace, and deeper ones, are left out', () => {
    expect(vcard("<FN xmlns='urn:x'>Alice</FN><x xmlns='urn:x'><FN xmlns='vcard-temp'>Alice</FN></x>")).toEqual(NOTHING)
    expect(vcard('<AGENT><vCard><FN>Agent</FN><EMAIL><USERID>a@example.com</USERID></EMAIL></vCard></AGENT>')).toEqual(
      NOTHING,
    )
    expect(vcard('<N><FN>Alice</FN></N><USERID>alice@example.com</USERID><BINVAL/>')).toEqual(NOTHING)
  })

  test.each(['constructor', '__proto__', 'hasOwnProperty'])('an element %s is nothing special', name => {
    expect(() => vcard(`<${name}>x</${name}><FN>Alice</FN>`)).not.toThrow(TypeError)
  })
})

describe('a name', () => {
  test.each([
    ['markup, as text', '<b onclick="alert(1)">Alice</b> & co.', '<b onclick="alert(1)">Alice</b> & co.'],
    ['line ends', ' Alice\r\n\tLiddell\u2028\u2029\u00a0\u3000x ', 'Alice Liddell x'],
    ['controls', 'Al\u0085i\u009bce\u007f', 'Alice'],
    ['a right-to-left override', '\u202eecilA\u202c', 'ecilA'],
    ['isolates and marks', '\u2066Al\u2069\u200eic\u200fe\u061c', 'Alice'],
    ['characters that are not shown', 'A\u200bl\u00adi\ufeffc\u2060e\u{e0041}\u3164\ufe0f\u034f', 'Alice'],
    ['format characters', '\ufff9Al\ufffaice\ufffb', 'Alice'],
    ['blanks of Braille alone', '\u2800\u2800', undefined],
    ['notes of music without a head alone', '\u{1d159}\u{1d159}', undefined],
    ['nothing but what is not shown', '\u200b\u202e \u00ad', undefined],
    ['a script that joins letters', 'علی رضا', 'علی رضا'],
    ['letters with accents', 'Zo\u0065\u0308 Ångström', 'Zo\u0065\u0308 Ångström'],
    ['emoji', '👩 Alice', '👩 Alice'],
    ['marks of a script that has many', 'မြွှို့', 'မြွှို့'],
    ['a heap of accents', `A${'\u0316'.repeat(99)}\u200b${'\u0336'.repeat(99)}lice`, `A${'\u0316'.repeat(8)}lice`],
    ['an accent for what stands before it', ' \u0338\u200b\u0301 Alice', 'Alice'],
    ['accents alone', '\u0301'.repeat(9), undefined],
  ])('keeps or loses %s', (_, text, shown) => {
    expect(called(text)).toBe(shown)
  })

  test('is cut to its bound by code point', () => {
    expect(called('x'.repeat(10_000))).toBe('x'.repeat(MAX_TEXT_LENGTH))
    expect(called('😀'.repeat(10_000))).toBe('😀'.repeat(MAX_TEXT_LENGTH))
    expect(called(`x${'😀'.repeat(10_000)}`)).toBe(`x${'😀'.repeat(MAX_TEXT_LENGTH - 1)}`)
    expect(called(`${' \u200b'.repeat(10_000)}Alice`)).toBe('Alice')
  })

  test('of three parts is cut to its bound as well', () => {
    const part = 'x'.repeat(MAX_TEXT_LENGTH)
    const long = vcard(`<N><FAMILY>${part}</FAMILY><GIVEN>${part}</GIVEN></N>`)
    expect(long?.displayName).toBe(part)
  })
})

describe('an e-mail address', () => {
  test.each([
    'alice@example.com',
    "o'neil+tag@mail.example.co.uk",
    'a.b-c_d@xn--mnchen-3ya.example',
    `${'l'.repeat(64)}@b.example`,
  ])('is taken: %s', email => {
    expect(emails(email)).toEqual([email])
    expect(emails(` ${email}\n`)).toEqual([email])
  })

  test.each([
    '',
    'alice',
    '@example.com',
    'alice@',
    'alice@localhost',
    'alice@@example.com',
    'a@b@example.com',
    'alice@example..com',
    'alice@.example.com',
    'alice@example.com.',
    'alice@-example.com',
    '.alice@example.com',
    'al..ice@example.com',
    'alice @example.com',
    'alice@exam ple.com',
    'alice@example.com, bob@example.com',
    'Alice <alice@example.com>',
    '"alice"@example.com',
    'mailto:alice@example.com',
    'alice@example.com?subject=x',
    'alice@[192.0.2.1]',
    'alice@example.com\u202e',
    'аlice@example.com',
    'alice@ехample.com',
    `${'l'.repeat(65)}@example.com`,
    `alice@${'d.'.repeat(130)}example`,
    `alice@${'d'.repeat(64)}.example`,
  ])('is left out: %j', email => {
    expect(emails(email)).toEqual([])
  })

  test('counts once, and the first five are taken', () => {
    const many = Array.from({ length: 20 }, (_, number) => `a${number}@example.com`)
    expect(emails('x', 'a0@example.com', ...many)).toEqual(many.slice(0, MAX_EMAILS))
  })

  test('is never called verified', () => {
    const claimed = '<EMAIL><verified>true</verified><USERID>ceo@victim.example</USERID><PREF/></EMAIL>'
    expect(vcard(claimed)?.emails).toEqual([{ value: 'ceo@victim.example', verified: false }])
  })
})

describe('a photo', () => {
  const photos = (content: string) => vcard(`<PHOTO>${content}</PHOTO>`)?.photos.map(({ value }) => value)
  const SVG = Buffer.from("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>").toString('base64')

  test('has the type of its bytes, whatever the vCard calls it', () => {
    for (const type of ['image/svg+xml', 'text/html', 'x', '']) {
      expect(photos(`<TYPE>${type}</TYPE><BINVAL>${PNG}</BINVAL>`)).toEqual([`data:image/png;base64,${PNG}`])
    }
  })

  test('is no SVG by its bytes, whatever the vCard calls it', () => {
    for (const type of ['image/svg+xml', 'image/png']) {
      expect(photos(`<TYPE>${type}</TYPE><BINVAL>${SVG}</BINVAL>`)).toEqual([])
    }
  })

  test('elsewhere is left out', () => {
    expect(photos('<EXTVAL>https://tracker.example/photo.png</EXTVAL>')).toEqual([])
    expect(photos('<TYPE>image/png</TYPE><BINVAL>https://tracker.example/photo.png</BINVAL>')).toEqual([])
  })

  test('is the first of several that can be shown', () => {
    const both = `<PHOTO><BINVAL>${SVG}</BINVAL></PHOTO><PHOTO><BINVAL>${PNG}</BINVAL></PHOTO><PHOTO><BINVAL>${PNG}</BINVAL></PHOTO>`
    expect(vcard(both)?.photos).toEqual([{ value: `data:image/png;base64,${PNG}` }])
  })
})
