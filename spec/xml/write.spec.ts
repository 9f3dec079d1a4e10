import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { read } from '../../lib/xml/read'
import { element, write } from '../../lib/xml/write'

const NS = 'urn:example:ns'

/** The attribute `a` and the text of the root, as another parser understands them. */
function bySaxes(document: string): { a: string | undefined; text: string } {
  const parser = new SaxesParser({ xmlns: true })
  let a: string | undefined
  let text = ''
  parser.on('opentag', tag => {
    a ??= tag.attributes['a']?.value
  })
  parser.on('text', chunk => {
    text += chunk
  })
  parser.write(document).close()
  return { a, text }
}

function byRead(document: string): { a: string | undefined; text: string } {
  const { attributes, text } = read(Buffer.from(document))
  return { a: attributes.get('a'), text }
}

// Anything XML allows, with much of what has a meaning in it.
const allowed = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom(...'<>&\'"/=!?[]-;#x \t\r\n') },
    { weight: 1, arbitrary: fc.constantFrom(']]>', '&amp;', '&#x0;', '<!--', '<![CDATA[', '</a>', '\r\n', '\u2028') },
    { weight: 3, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  )
  .filter(part => ![...part].some(isForbidden))
const text = fc.array(allowed, { maxLength: 30 }).map(parts => parts.join(''))

// XML 1.0 §2.2, written out once more.
function isForbidden(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  const isControl = code < 0x20 && code !== 0x9 && code !== 0xa && code !== 0xd
  return isControl || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff
}

describe('what is written is what is read', () => {
  test('any text and any value come back through saxes', () => {
    fc.assert(
      fc.property(text, text, (a, inside) => {
        expect(bySaxes(write(element('r', { xmlns: NS, a }, inside)))).toEqual({ a, text: inside })
      }),
      { numRuns: 1000 },
    )
  })

  test('and through our own reader', () => {
    fc.assert(
      fc.property(text, text, (a, inside) => {
        expect(byRead(write(element('r', { xmlns: NS, a }, inside)))).toEqual({ a, text: inside })
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ['an end of the element', '</r><auth mechanism="PLAIN"/>'],
    ['an end of the value', "x' injected='y"],
    ['an end of the value in the other quotes', 'x" injected="y'],
    ['the end of a CDATA section', ']]>'],
    ['the start of one', '<![CDATA['],
    ['a comment', '<!-- -->'],
    ['a reference', '&lt;&#60;&bogus;'],
    ['line ends and tabs', '\r\n\t\r \n'],
    ['a value twice escaped', '&amp;lt;'],
  ])('nothing gets out of its place: %s', (_, hostile) => {
    const document = write(element('r', { xmlns: NS, a: hostile }, hostile))
    expect(bySaxes(document)).toEqual({ a: hostile, text: hostile })
    expect(read(Buffer.from(document))).toMatchObject({ name: 'r', namespace: NS, children: [] })
    expect(read(Buffer.from(document)).attributes.size).toBe(1)
  })
})

describe('the form', () => {
  test('an element without children is closed at once; attributes keep their order', () => {
    expect(write(element('body', { xmlns: NS, rid: '1', sid: 'a' }))).toBe(`<body xmlns='${NS}' rid='1' sid='a'/>`)
  })

  test('children and texts keep their order', () => {
    const tree = element('a', {}, 'one', element('b', {}, element('c')), 'two')
    expect(write(tree)).toBe('<a>one<b><c/></b>two</a>')
  })

  test('names with one prefix are written as they are', () => {
    expect(write(element('xmpp:restart', { 'xmlns:xmpp': NS, 'xml:lang': 'en' }))).toBe(
      `<xmpp:restart xmlns:xmpp='${NS}' xml:lang='en'/>`,
    )
  })
})

describe('what XML forbids is thrown at', () => {
  const FORBIDDEN = [
    ...Array.from({ length: 32 }, (_, code) => code).filter(code => ![0x9, 0xa, 0xd].includes(code)),
    0xd800,
    0xdbff,
    0xdc00,
    0xdfff,
    0xfffe,
    0xffff,
  ]
  test.each(FORBIDDEN.map(code => [code.toString(16).padStart(4, '0'), String.fromCharCode(code)]))(
    'U+%s, in text and in values',
    (_, character) => {
      expect(() => write(element('a', {}, `x${character}y`))).toThrow(TypeError)
      expect(() => write(element('a', { b: `x${character}y` }))).toThrow(TypeError)
      expect(() => write(element('a', {}, element('b', {}, character)))).toThrow(TypeError)
    },
  )

  test('a pair of surrogates in the wrong order', () => {
    expect(() => write(element('a', {}, '\udc00\ud800'))).toThrow(TypeError)
  })

  test.each(['\t', '\n', '\r', ' ', '\x7f', '\x85', '\ud7ff', '\ue000', '\ufdd0', '\ufffd', '\u{10000}', '\u{10ffff}'])(
    'but not %j',
    character => {
      expect(bySaxes(write(element('a', { a: character }, character)))).toEqual({ a: character, text: character })
    },
  )

  test.each([
    '',
    ' ',
    'a b',
    'a>',
    'a/',
    "a'",
    'a="x"',
    '1a',
    '-a',
    '.a',
    ':a',
    'a:',
    'a::b',
    'a:b:c',
    'a:1',
    'a\n',
    'a\0',
    'a\ud800',
    '<a',
    '!--',
    '?xml',
    '\u00d7',
  ])('%j is no name, of an element or an attribute', name => {
    expect(() => write(element(name))).toThrow(TypeError)
    expect(() => write(element('a', { [name]: '' }))).toThrow(TypeError)
  })

  test('nothing that was refused is repeated', () => {
    for (const node of [element('a', {}, 'SECRET\0'), element('SECRET\0')]) {
      expect(() => write(node)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('SECRET') }))
    }
  })
})
