import fc from 'fast-check'
import { SaxesParser } from 'saxes'
import { read } from '../../lib/xml/read'
import { element, write } from '../../lib/xml/write'

const NS = 'urn:example:ns'

/** Reads the attribute `a` and the text of the root with another parser. */
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

// Anything that XML allows, with many characters that have a meaning in it.
const allowed = fc
  .oneof(
    { weight: 3, arbitrary: fc.constantFrom(...'<>&\'"/=!?[]-;#x \t\r\n') },
    { weight: 1, arbitrary: fc.constantFrom(']]>', '&amp;', '&#x0;', '<!--', '<![CDATA[', '</a>', '\r\n', '\u2028') },
    { weight: 3, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
  )
  .filter(part => ![...part].some(isForbidden))
const text = fc.array(allowed, { maxLength: 30 }).map(parts => parts.join(''))

// XML 1.0 §2.2, written independently of lib/xml.
function isForbidden(character: string): boolean {
  const code = character.codePointAt(0) ?? 0
  const isControl = code < 0x20 && code !== 0x9 && code !== 0xa && code !== 0xd
  return isControl || (code >= 0xd800 && code <= 0xdfff) || code === 0xfffe || code === 0xffff
}

describe('in a round trip', () => {
  test('saxes reads any text and any value as they were written', () => {
    fc.assert(
      fc.property(text, text, (a, inside) => {
        expect(bySaxes(write(element('r', { xmlns: NS, a }, inside)))).toEqual({ a, text: inside })
      }),
      { numRuns: 1000 },
    )
  })

  test('lib/xml/read reads any text and any value as they were written', () => {
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
    ['the start of a CDATA section', '<![CDATA['],
    ['a comment', '<!-- -->'],
    ['a reference', '&lt;&#60;&bogus;'],
    ['line ends and tabs', '\r\n\t\r \n'],
    ['a value twice escaped', '&amp;lt;'],
  ])('the writer keeps %s in its place', (_, hostile) => {
    const document = write(element('r', { xmlns: NS, a: hostile }, hostile))
    expect(bySaxes(document)).toEqual({ a: hostile, text: hostile })
    expect(read(Buffer.from(document))).toMatchObject({ name: 'r', namespace: NS, children: [] })
    expect(read(Buffer.from(document)).attributes.size).toBe(1)
  })
})

describe('in its output', () => {
  test('the writer closes an element without children at once and keeps the order of its attributes', () => {
    expect(write(element('body', { xmlns: NS, rid: '1', sid: 'a' }))).toBe(`<body xmlns='${NS}' rid='1' sid='a'/>`)
  })

  test('the writer keeps the order of children and texts', () => {
    const tree = element('a', {}, 'one', element('b', {}, element('c')), 'two')
    expect(write(tree)).toBe('<a>one<b><c/></b>two</a>')
  })

  test('the writer leaves a name with one prefix as it is', () => {
    expect(write(element('xmpp:restart', { 'xmlns:xmpp': NS, 'xml:lang': 'en' }))).toBe(
      `<xmpp:restart xmlns:xmpp='${NS}' xml:lang='en'/>`,
    )
  })
})

describe('for the characters and names of XML', () => {
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
    'the writer throws for U+%s in text and in values',
    (_, character) => {
      expect(() => write(element('a', {}, `x${character}y`))).toThrow(TypeError)
      expect(() => write(element('a', { b: `x${character}y` }))).toThrow(TypeError)
      expect(() => write(element('a', {}, element('b', {}, character)))).toThrow(TypeError)
    },
  )

  test('the writer throws for a pair of surrogates in the wrong order', () => {
    expect(() => write(element('a', {}, '\udc00\ud800'))).toThrow(TypeError)
  })

  test.each(['\t', '\n', '\r', ' ', '\x7f', '\x85', '\ud7ff', '\ue000', '\ufdd0', '\ufffd', '\u{10000}', '\u{10ffff}'])(
    'the writer accepts %j',
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
  ])('the writer throws for %j as the name of an element or an attribute', name => {
    expect(() => write(element(name))).toThrow(TypeError)
    expect(() => write(element('a', { [name]: '' }))).toThrow(TypeError)
  })

  test('the error repeats nothing of the input', () => {
    for (const node of [element('a', {}, 'SECRET\0'), element('SECRET\0')]) {
      expect(() => write(node)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('SECRET') }))
    }
  })
})
