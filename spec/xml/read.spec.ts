import { type Element, read, textOf, XmlError } from '../../lib/xml/read'
import { bySaxes, treeOf } from '../fixtures/saxes'

const readText = (document: string) => read(Buffer.from(document))

const ELEMENT = `<e ${Array.from({ length: 31 }, (_, i) => `a${i}=''`).join(' ')}/>`

const refusal = (document: string | Uint8Array): unknown => {
  try {
    read(Buffer.from(document))
    return 'read'
  } catch (error) {
    return error
  }
}

describe('under the restrictions of RFC 6120 §11', () => {
  const deep = (levels: number) => '<a>'.repeat(levels) + '</a>'.repeat(levels)
  const many = (elements: number) => `<a>${'<b/>'.repeat(elements - 1)}</a>`
  const wide = (attributes: number) => `<a ${Array.from({ length: attributes }, (_, i) => `b${i}='1'`).join(' ')}/>`

  test.each<[what: string, document: string | Uint8Array]>([
    // RFC 6120 §11.1
    ['a doctype', '<!DOCTYPE a><a/>'],
    ['a doctype behind the declaration', "<?xml version='1.0'?><!DOCTYPE a><a/>"],
    ['a doctype behind white space', ' \n<!DOCTYPE a><a/>'],
    ['a doctype with an entity', "<!DOCTYPE a [<!ENTITY e 'x'>]><a>&e;</a>"],
    ['a doctype with an external entity', "<!DOCTYPE a [<!ENTITY e SYSTEM 'file:///etc/passwd'>]><a>&e;</a>"],
    ['a doctype inside', '<a><!DOCTYPE a></a>'],
    ['a billion laughs', `<!DOCTYPE a [<!ENTITY x 'ha'><!ENTITY y '${'&x;'.repeat(9)}'>]><a>&y;</a>`],
    ['an undeclared entity', '<a>&bogus;</a>'],
    ['an entity of HTML', '<a>&nbsp;</a>'],
    ['an undeclared entity in a value', "<a b='&bogus;'/>"],
    ['a comment', '<a><!-- --></a>'],
    ['a comment in front', '<!-- --><a/>'],
    ['a comment behind', '<a/><!-- -->'],
    ['a comment inside text', '<a>admin@example.com<!-- -->.evil.example</a>'],
    ['a processing instruction', '<a><?php x?></a>'],
    ['a processing instruction in front', '<?xml-stylesheet x?><a/>'],
    ['a processing instruction behind', '<a/><?x y?>'],
    ['a second XML declaration', "<?xml version='1.0'?><?xml version='1.0'?><a/>"],
    ['an XML declaration behind white space', " <?xml version='1.0'?><a/>"],
    ['an XML declaration of another version', "<?xml version='1.1'?><a/>"],
    ['an XML declaration without a version', "<?xml encoding='utf-8'?><a/>"],
    ['an XML declaration of another encoding', "<?xml version='1.0' encoding='iso-8859-1'?><a/>"],
    ['an XML declaration with more in it', "<?xml version='1.0' x='y'?><a/>"],
    ['CDATA', '<a><![CDATA[x]]></a>'],
    ['CDATA inside text', '<a>x<![CDATA[<b/>]]>y</a>'],
    ['CDATA of nothing', '<a><![CDATA[]]></a>'],

    // RFC 6120 §11.6
    ['a byte order mark', '\ufeff<a/>'],
    ['a byte order mark before the declaration', "\ufeff<?xml version='1.0'?><a/>"],
    ['an overlong NUL', Uint8Array.from([0x3c, 0x61, 0x3e, 0xc0, 0x80, 0x3c, 0x2f, 0x61, 0x3e])],
    ['a surrogate in UTF-8', Uint8Array.from([0x3c, 0x61, 0x3e, 0xed, 0xa0, 0x80, 0x3c, 0x2f, 0x61, 0x3e])],
    ['a byte that UTF-8 does not have', Uint8Array.from([0x3c, 0x61, 0x3e, 0xff, 0x3c, 0x2f, 0x61, 0x3e])],
    ['a character that is cut off', Uint8Array.from([...Buffer.from('<a/>'), 0xc3])],
    ['an overlong "<"', Uint8Array.from([0xc0, 0xbc, 0x61, 0x2f, 0x3e])],
    ['Latin-1', Buffer.from('<a>ä</a>', 'latin1')],
    ['UTF-16', Buffer.from('\ufeff<a/>', 'utf16le')],
    ['UTF-16 without a mark', Buffer.from('<a/>', 'utf16le')],

    // XML 1.0: one root, and all of it
    ['an empty document', ''],
    ['white space alone', ' \n'],
    ['text alone', 'hello'],
    ['a declaration alone', "<?xml version='1.0'?>"],
    ['two roots', '<a/><a/>'],
    ['two roots in lines', '<a></a>\n<b></b>'],
    ['text behind the root', '<a/>x'],
    ['text in front of the root', 'x<a/>'],
    ['a reference behind the root', '<a/>&#32;'],
    ['a no-break space behind the root', '<a/>\u00a0'],
    ['an end tag behind the root', '<a/></a>'],
    ['an element that is not closed', '<a><b></a>'],
    ['a root that is not closed', '<a>'],
    ['a tag that is not closed', '<a'],
    ['an end tag that is not closed', '<a></a'],
    ['an end tag of another element', '<a></b>'],
    ['an end tag in other letters', '<a></A>'],
    ['an end tag of another prefix', "<p:a xmlns:p='u' xmlns:q='u'></q:a>"],
    ['an end tag with an attribute', "<a></a b='c'>"],
    ['an end tag alone', '</a>'],
    ['a "<" in text', '<a>1 < 2</a>'],
    ['a "<" in a value', "<a b='<'/>"],
    ['a "&" in text', '<a>a & b</a>'],
    ['a "&" in a value', "<a b='a&b'/>"],
    ['a reference without an end', '<a>&amp</a>'],
    ['"]]>" in text', '<a>]]></a>'],
    ['white space before a name', '< a/>'],
    ['white space before the name of an end tag', '<a></ a>'],
    ['white space inside "/>"', '<a/ >'],

    // attributes
    ['a value without quotes', '<a b=c/>'],
    ['an attribute without a value', '<a b/>'],
    ['a value without an end', "<a b='c/>"],
    ['a value with two kinds of quotes', `<a b='c"/>`],
    ['attributes without space between them', "<a b='c'd='e'/>"],
    ['an attribute twice', "<a b='1' b='1'/>"],
    ['an attribute twice by its expanded name', "<a xmlns:p='u' xmlns:q='u' p:b='1' q:b='2'/>"],
    ['an attribute twice, one prefix declared outside', "<a xmlns:p='u'><b xmlns:q='u' p:c='1' q:c='2'/></a>"],
    ['a default namespace twice', "<a xmlns='u' xmlns='u'/>"],
    ['a prefix twice', "<a xmlns:p='u' xmlns:p='u'/>"],

    // Namespaces in XML 1.0
    ['an element of a prefix that is not declared', '<p:a/>'],
    ['an attribute of a prefix that is not declared', "<a p:b='1'/>"],
    ['a prefix that was declared in a sibling', "<a><b xmlns:p='u'/><p:c/></a>"],
    ['a prefix without a namespace', "<a xmlns:p=''/>"],
    ['"xml" for another namespace', "<a xmlns:xml='u'/>"],
    ['another prefix for the namespace of "xml"', "<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>"],
    ['the namespace of "xml" as the default', "<a xmlns='http://www.w3.org/XML/1998/namespace'/>"],
    ['a declaration of "xmlns"', "<a xmlns:xmlns='u'/>"],
    ['a declaration of "xmlns" for its own namespace', "<a xmlns:xmlns='http://www.w3.org/2000/xmlns/'/>"],
    ['another prefix for the namespace of "xmlns"', "<a xmlns:p='http://www.w3.org/2000/xmlns/'/>"],
    ['the namespace of "xmlns" as the default', "<a xmlns='http://www.w3.org/2000/xmlns/'/>"],
    [
      'the namespace of "xmlns" as the default, spelt with a reference',
      "<a xmlns='http://www.w3.org/2000/xmlns&#47;'/>",
    ],
    ['an element in the namespace of "xmlns"', '<xmlns:a/>'],
    ['two colons in the name of an element', "<p:q:a xmlns:p='u'/>"],
    ['a colon in front', '<:a/>'],
    ['a colon behind', "<p: xmlns:p='u'/>"],
    ['two colons in the name of an attribute', "<a xmlns:p='u' p:b:c='1'/>"],
    ['a name that begins with a digit', '<1a/>'],
    ['a local name that begins with a digit', "<p:1a xmlns:p='u'/>"],
    ['a name that begins with "-"', '<-a/>'],

    // XML 1.0 §2.2
    ['NUL', '<a>\0</a>'],
    ['a control character', '<a>\x01</a>'],
    ['a control character in a value', "<a b='\x1f'/>"],
    ['a non-character', '<a>\uffff</a>'],
    ['a reference to NUL', '<a>&#0;</a>'],
    ['a reference to NUL in hexadecimal', '<a>&#x0;</a>'],
    ['a reference to a control character', '<a>&#x1F;</a>'],
    ['a reference to a surrogate', '<a>&#xD800;</a>'],
    ['a pair of references to surrogates', '<a>&#xD83D;&#xDE00;</a>'],
    ['a reference to a non-character', '<a>&#xFFFE;</a>'],
    ['a reference beyond Unicode', '<a>&#x110000;</a>'],
    ['a reference far beyond Unicode', `<a>&#${'9'.repeat(400)};</a>`],
    ['a reference to a control character in a value', "<a b='&#1;'/>"],
    ['a reference with a capital X', '<a>&#X41;</a>'],
    ['a reference to nothing', '<a>&#;&#x;&;</a>'],
    ['a negative reference', '<a>&#-1;</a>'],

    // limits.ts
    ['17 elements inside each other', deep(17)],
    ['17 elements, the last one empty', `${'<a>'.repeat(16)}<b/>${'</a>'.repeat(16)}`],
    ['200,000 start tags', '<a>'.repeat(200_000)],
    ['2,001 elements', many(2001)],
    ['33 attributes', wide(33)],
    ['33 declarations', wide(33).replaceAll(' b', ' xmlns:b')],
    ['a name of 129 characters', `<${'a'.repeat(129)}/>`],
    ['an attribute whose name has 129 characters', `<a ${'b'.repeat(129)}='1'/>`],
    ['a value of 8,193 characters', `<a b='${'c'.repeat(8193)}'/>`],
  ])('the reader refuses %s', (_, document) => {
    expect(refusal(document)).toBeInstanceOf(XmlError)
  })

  test.each<[what: string, document: string]>([
    ['16 elements inside each other', deep(16)],
    ['16 elements, the last one empty', `${'<a>'.repeat(15)}<b/>${'</a>'.repeat(15)}`],
    ['2,000 elements', many(2000)],
    ['32 attributes', wide(32)],
    ['names of 128 characters', `<${'a'.repeat(128)} ${'b'.repeat(128)}='1'/>`],
    ['a value of 8,192 characters', `<a b='${'c'.repeat(8192)}'/>`],
  ])('the reader accepts %s', (_, document) => {
    expect(treeOf(readText(document))).toEqual(bySaxes(document))
  })

  test('the error repeats nothing of the document', () => {
    const SECRETS = [
      '<a>SECRET&SECRET;</a>',
      '<SECRET><a></SECRET>',
      "<a SECRET='1' SECRET='2'/>",
      '<__proto__>SECRET</__proto__>',
    ]
    for (const document of SECRETS) {
      expect(String(refusal(document))).toMatch(/^XmlError: /)
      expect(String(refusal(document))).not.toContain('SECRET')
    }
  })
})

describe('for names with a meaning in JavaScript', () => {
  test.each([
    '__proto__',
    'constructor',
    'prototype',
    'hasOwnProperty',
    'toString',
    'valueOf',
    '__defineGetter__',
    'then',
  ])('the name %s pollutes nothing', name => {
    // As the name of an element it may be refused, but it is never taken for anything else.
    const asElement = refusal(`<a><${name} polluted='x'>y</${name}></a>`)
    if (asElement === 'read') {
      const [child] = readText(`<a><${name} polluted='x'>y</${name}></a>`).children
      expect(child && treeOf(child)).toEqual({
        namespace: '',
        name,
        attributes: { polluted: 'x' },
        children: [],
        text: 'y',
      })
    } else {
      expect(asElement).toBeInstanceOf(XmlError)
    }
    const { attributes } = readText(`<a ${name}='x' b='y'/>`)
    expect([...attributes]).toEqual([
      [name, 'x'],
      ['b', 'y'],
    ])
    expect(readText(`<${name}:a xmlns:${name}='u'/>`)).toMatchObject({ namespace: 'u', name: 'a' })
    expect(Object.getPrototypeOf({})).toBe(Object.prototype)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
  })

  test('an attribute that was not written is undefined', () => {
    const { attributes } = readText('<a/>')
    for (const name of ['__proto__', 'constructor', 'toString']) expect(attributes.get(name)).toBeUndefined()
  })
})

describe('from a valid document', () => {
  test('the reader names elements by namespace and local name whatever the prefixes', () => {
    const one = "<b:body xmlns:b='urn:body'><s:success xmlns:s='urn:sasl'/></b:body>"
    const other = "<body xmlns='urn:body'><success xmlns='urn:sasl'/></body>"
    expect(treeOf(readText(one))).toEqual(treeOf(readText(other)))
    expect(readText(one)).toMatchObject({ namespace: 'urn:body', name: 'body' })
    expect(readText(one).children[0]).toMatchObject({ namespace: 'urn:sasl', name: 'success' })
  })

  test('the reader inherits, replaces and removes a namespace', () => {
    const tree = readText("<a xmlns='u'><b/><c xmlns='v'><d/></c><e xmlns=''><f/></e><g/></a>")
    const names = (element: Element): string[] => [
      `{${element.namespace}}${element.name}`,
      ...element.children.flatMap(names),
    ]
    expect(names(tree)).toEqual(['{u}a', '{u}b', '{v}c', '{v}d', '{}e', '{}f', '{u}g'])
  })

  test('the reader compares namespaces character by character, with white space and case', () => {
    for (const namespace of [' u', 'u ', 'U', ' ', 'u/', '%75']) {
      expect(readText(`<a xmlns='${namespace}'/>`).namespace).toBe(namespace)
    }
    expect(readText("<a xmlns='a&amp;b'/>").namespace).toBe('a&b')
  })

  test('a declaration holds for its own element wherever it stands among the attributes', () => {
    expect(treeOf(readText("<p:a p:b='1' xmlns:p='u'/>"))).toMatchObject({
      namespace: 'u',
      attributes: { '{u}b': '1' },
    })
  })

  test('an attribute without a prefix has no namespace and a declaration is not an attribute', () => {
    const { attributes } = readText("<a xmlns='u' xmlns:p='v' type='1' p:type='2' xml:lang='en'/>")
    expect(Object.fromEntries(attributes)).toEqual({
      type: '1',
      '{v}type': '2',
      '{http://www.w3.org/XML/1998/namespace}lang': 'en',
    })
  })

  test.each<[what: string, document: string, text: string]>([
    ['digits', '<a>00123</a>', '00123'],
    ['a number with an exponent', '<a>1e5</a>', '1e5'],
    ['a truth value', '<a>true</a>', 'true'],
    ['words with white space around them', '<a> \t x \n </a>', ' \t x \n '],
    ['white space alone', '<a>  </a>', '  '],
    ['words with other white space around them', '<a>\u00a0x\u2003</a>', '\u00a0x\u2003'],
    ['several kinds of line ends (XML 1.0 §2.11)', '<a>1\r\n2\r3\n4\r\r\n5</a>', '1\n2\n3\n4\n\n5'],
    ['references to line ends', '<a>&#13;&#10;&#xD;</a>', '\r\n\r'],
    ['the five entities', '<a>&amp;&lt;&gt;&quot;&apos;</a>', '&<>"\''],
    ['references to the start of a reference', '<a>&amp;lt;&#38;lt;</a>', '&lt;&lt;'],
    ['references to characters', '<a>&#65;&#x41;&#x1F600;&#128512;</a>', 'AA\u{1F600}\u{1F600}'],
    ['references with zeros in front', '<a>&#0065;&#x0041;</a>', 'AA'],
    ['quotes', `<a>"'</a>`, `"'`],
    ['">" and "]]"', '<a>]] > a>b ]]&gt;</a>', ']] > a>b ]]>'],
    ['an element with children in its text', '<a>1<b>x</b>2<c/>3</a>', '123'],
    ['characters beyond the BMP', '<a>\u{1F600}\u{10FFFF}</a>', '\u{1F600}\u{10FFFF}'],
    ['a byte order mark inside an element', '<a>\ufeff</a>', '\ufeff'],
    ['an empty element', '<a></a>', ''],
    ['an empty element in one tag', '<a/>', ''],
    ['tags with white space inside', '<a \n\t></a\r\n >', ''],
  ])('the reader returns the text of %s', (_, document, text) => {
    expect(readText(document).text).toBe(text)
  })

  test.each<[what: string, document: string, value: string]>([
    ['digits', "<a b='00123'/>", '00123'],
    ['white space that becomes blanks (XML 1.0 §3.3.3)', "<a b='1\t2\n3\r4\r\n5'/>", '1 2 3 4 5'],
    ['blanks around a word', "<a b='  x  '/>", '  x  '],
    ['references to white space', "<a b='&#9;&#10;&#13;'/>", '\t\n\r'],
    ['the other quotes', `<a b='"'/>`, '"'],
    ['the other quotes again', `<a b="'"/>`, "'"],
    ['the five entities', "<a b='&amp;&lt;&gt;&quot;&apos;'/>", '&<>"\''],
    ['a reference to the start of a reference', "<a b='&amp;lt;'/>", '&lt;'],
    ['">" and "/>"', "<a b='x>y/>'/>", 'x>y/>'],
    ['"="', "<a b='c=d'/>", 'c=d'],
    ['"]]>"', "<a b=']]>'/>", ']]>'],
    ['white space around "="', "<a b\n=\t'x'/>", 'x'],
    ['an empty attribute', "<a b=''/>", ''],
    ['a slash at the end', "<a b='x/'></a>", 'x/'],
    ['text in the form of another attribute', `<a b=" b='x' "/>`, " b='x' "],
  ])('the reader returns the value of %s', (_, document, value) => {
    expect([...readText(document).attributes]).toEqual([['b', value]])
  })

  test.each([
    "<?xml version='1.0'?><a/>",
    '<?xml version="1.0" encoding="UTF-8"?>\n<a/>',
    "<?xml version='1.0' encoding='utf-8' standalone='yes' ?><a/>",
    '<?xml\n\tversion = "1.0"\r\n?>\n\n<a/>\n',
  ])('the reader accepts an XML declaration in front: %j', document => {
    expect(treeOf(readText(document))).toEqual({ namespace: '', name: 'a', attributes: {}, children: [], text: '' })
  })

  test('textOf refuses text that a child divides', () => {
    expect(() => textOf(readText('<jid>admin@<x/>example.com</jid>'))).toThrow(XmlError)
    expect(textOf(readText('<jid>admin@example.com</jid>'))).toBe('admin@example.com')
  })
})

describe('with attributes repeated on the root, as ejabberd writes them', () => {
  const STREAM = "xmlns:stream='http://etherx.jabber.org/streams'"
  const tree = {
    namespace: '',
    name: 'body',
    attributes: { type: 'terminate', condition: 'remote-stream-error' },
    children: [
      { namespace: 'http://etherx.jabber.org/streams', name: 'error', attributes: {}, children: [], text: '' },
    ],
    text: '',
  }
  const body = (attributes: string) => `<body ${attributes}><stream:error/></body>`

  test.each([
    ['side by side', body(`type='terminate' ${STREAM} ${STREAM} condition='remote-stream-error'`)],
    ['apart', body(`${STREAM} type='terminate' condition='remote-stream-error' ${STREAM}`)],
    [
      'in other quotes',
      body(`${STREAM} type='terminate' condition='remote-stream-error' ${STREAM.replaceAll("'", '"')}`),
    ],
    [
      'behind a declaration',
      `<?xml version='1.0'?>\n${body(`${STREAM} ${STREAM} type='terminate' condition='remote-stream-error'`)}`,
    ],
    ['three times', body(`${STREAM} ${STREAM} ${STREAM} type='terminate' condition='remote-stream-error'`)],
    [
      'of a ban',
      body(
        `type='terminate' condition='remote-stream-error' ${STREAM} type='terminate' condition='remote-stream-error' ${STREAM}`,
      ),
    ],
  ])('the reader accepts identical repetitions %s', (_, document) => {
    expect(treeOf(readText(document))).toEqual(tree)
  })

  test.each([
    ['with another value', body(`${STREAM} xmlns:stream='urn:other'`)],
    ['with the same value spelt another way', body(`${STREAM} xmlns:stream='http://etherx.jabber.org/stream&#115;'`)],
    ['with a blank more', body(`${STREAM} xmlns:stream='http://etherx.jabber.org/streams '`)],
    ['of another prefix', `<body ${STREAM.replace('stream', 's')} ${STREAM.replace('stream', 's')}/>`],
    ['of the default namespace', "<body xmlns='u' xmlns='u'/>"],
    ['of stream:xmlns', body(`${STREAM} stream:xmlns='1' stream:xmlns='1'`)],
    ['on a child', `<body><a ${STREAM} ${STREAM}/></body>`],
    ['on a child, after the root has it twice', `<body ${STREAM} ${STREAM}><a ${STREAM} ${STREAM}/></body>`],
    ['with another attribute twice beside it', body(`${STREAM} ${STREAM} sid='1' sid='1'`)],
    ['of type with another value', body(`${STREAM} type='terminate' type='error'`)],
    ['of condition with another value', body(`${STREAM} condition='a' condition='b'`)],
    ['of type on a child', "<body><iq type='result' type='result'/></body>"],
    ['more often than an element has attributes', body(`${STREAM} ${"type='terminate' ".repeat(32)}`)],
    ['without space between', body(`${STREAM}${STREAM}`)],
  ])('the reader refuses a repetition %s', (_, document) => {
    expect(refusal(document)).toBeInstanceOf(XmlError)
  })
})

test.each(['\ufeff', '\u1680'])('the reader refuses %j in a name, where the parser would split it', space => {
  expect(refusal(`<success${space}x xmlns='u'/>`)).toBeInstanceOf(XmlError)
  expect(refusal(`<a type='result' x${space}type='terminate'/>`)).toBeInstanceOf(XmlError)
})

test.each(["<?XML version='1.0'?><a/>", "<?xml VERSION='1.0'?><a/>", "<?xml version='1.0' standalone='YES'?><a/>"])(
  'the reader refuses %s as a declaration',
  document => {
    expect(refusal(document)).toBeInstanceOf(XmlError)
  },
)

test.each<[what: string, document: string]>([
  ['many attributes, and white space', `<b>${ELEMENT.repeat(200)}${' '.repeat(60_000)}</b>`],
  ['open tags', '<a>'.repeat(20_000)],
  ['open tags with declarations', "<a xmlns:p='u'>".repeat(15)],
  ['beginnings of tags', '<'.repeat(60_000)],
  ['a tag without end', `<a${' '.repeat(60_000)}`],
  ['attributes without end', `<a${" b='".repeat(15_000)}`],
  ['references', `<a>${'&amp;'.repeat(12_000)}</a>`],
  ['beginnings of references', `<a>${'&'.repeat(60_000)}</a>`],
  ['a declaration without end', `<?xml version='1.0'${' '.repeat(60_000)}<a/>`],
  ['small elements', `<a>${'<b/>'.repeat(1_999)}</a>`],
  ['text in small pieces', `<a>${'x<b/>'.repeat(1_999)}</a>`],
])('the reader looks only a few times at each character of %s', (_, document) => {
  const { indexOf } = String.prototype
  let seen = 0
  const spy = jest.spyOn(String.prototype, 'indexOf').mockImplementation(function (this: string, what, from = 0) {
    const at = indexOf.call(this, what, from)
    seen += (at < 0 ? this.length : at) - from
    return at
  })
  try {
    refusal(document)
  } finally {
    spy.mockRestore()
  }
  expect(seen / document.length).toBeLessThan(20)
})

test('the reader keeps a declaration only with its own element', () => {
  const prefixes = Array.from({ length: 30 }, (_, n) => ` xmlns:p${n}='u'`).join('')
  const document = `${`<a${prefixes}>`.repeat(14)}${"<b xmlns:q='u'/>".repeat(1_900)}${'</a>'.repeat(14)}`
  const spy = jest.spyOn(Map.prototype, 'set')
  let kept: number
  try {
    expect(readText(document)).toBeDefined()
    kept = spy.mock.calls.filter(([, value]) => value === 'u').length
  } finally {
    spy.mockRestore()
  }
  expect(kept).toBe(14 * 30 + 1_900)
})
