import fc from 'fast-check'

/* Documents for the reader: well-formed, with slips, cut off, with bits turned over, and random bytes. */

const choice = (...items: readonly string[]) => fc.constantFrom(...items)
const name = choice('a', 'b', 'body', 'x-y', '_', 'é', 'z.1', 'xmlns', 'stanza', 'hasOwnProperty', '\u{10000}')
const uri = choice('u', 'v', 'urn:ietf:params:xml:ns:xmpp-sasl', 'a&amp;b', 'a b')
const space = choice(' ', '\n', '\t', ' \r\n ')
const maybeSpace = choice('', '', '', ' ', '\n')
const reference = choice('&amp;', '&lt;', '&gt;', '&quot;', '&apos;', '&#65;', '&#x1F600;', '&#13;', '&#xA;', '&#9;')
const part = fc.oneof(
  reference,
  choice(
    '0',
    '007',
    'true',
    'x',
    ' ',
    '\t',
    '\n',
    '\r\n',
    '\r',
    ']]',
    '/',
    '=',
    '-',
    'é',
    '\u{1F600}',
    '\u2028',
    '\u00a0',
  ),
)
const content = fc.array(part, { maxLength: 5 }).map(parts => parts.join(''))
const inText = fc.oneof(content, choice(`"`, `'`, '>'))
const quoted = (value: fc.Arbitrary<string>) =>
  fc.tuple(value, choice(`'`, `"`)).map(([text, quote]) => `${quote}${text}${quote}`)
const attribute = fc
  .tuple(space, fc.tuple(choice('', '', 'p:', 'q:', 'xml:'), name), maybeSpace, maybeSpace, quoted(content))
  .map(([before, [prefix, local], left, right, value]) => `${before}${prefix}${local}${left}=${right}${value}`)
// "stream" is not among the prefixes, because there the reader forgives a fault that saxes does not.
const declaration = fc
  .tuple(choice('xmlns', 'xmlns:p', 'xmlns:q'), quoted(uri))
  .map(([declared, value]) => ` ${declared}=${value}`)
const attributes = fc
  .tuple(fc.uniqueArray(declaration, { maxLength: 2 }), fc.uniqueArray(attribute, { maxLength: 3 }))
  .map(([declarations, others]) => [...declarations, ...others].join(''))
const prefix = choice('', '', '', 'p:', 'q:')
const { node } = fc.letrec<{ node: string }>(tie => ({
  node: fc
    .tuple(
      fc.tuple(prefix, name).map(both => both.join('')),
      attributes,
      maybeSpace,
      fc.option(fc.array(fc.oneof({ maxDepth: 4 }, inText, tie('node')), { maxLength: 4 })),
    )
    .map(([qualified, inside, before, children]) =>
      children === null
        ? `<${qualified}${inside}${before}/>`
        : `<${qualified}${inside}${before}>${children.join('')}</${qualified}${before}>`,
    ),
}))
const xmlDeclaration = choice('', '', "<?xml version='1.0'?>", '<?xml version="1.0" encoding="UTF-8"?>\n', '\n')
// The content is mostly well-formed. The element around it declares p and q.
const document = fc
  .tuple(xmlDeclaration, node, maybeSpace)
  .map(([before, inside, after]) => `${before}<r xmlns='d' xmlns:p='u' xmlns:q='w'>${inside}</r>${after}`)

// A single slip.
const slip = fc.oneof(
  choice(...`<>&'"/=!?[]-;#: \t\r\nx1aA`),
  choice('<!--', '-->', '<![CDATA[', ']]>', '<?', '?>', '<!DOCTYPE a>', '&#0;', '&#xD800;', '&e;', '</r>', '<r>', '/>'),
  choice(
    'xmlns=""',
    " xmlns:p=''",
    " xmlns:xml='u'",
    "xmlns:q='u'",
    'p:',
    'z:',
    ':',
    'xmlns:',
    ' a="1"',
    "<a b='1' b='2'/>",
  ),
  choice('\0', '\x01', '\x7f', '\x85', '\ufffe', '\ufffd', '\u2028', '\u200c', '\u0300', '\u00b7', '\u037e', '\u00d7'),
)
const edit = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.option(slip))
const edited = fc.tuple(document, fc.array(edit, { minLength: 1, maxLength: 3 })).map(([text, edits]) =>
  edits
    .reduce(
      (characters, [at, removed, inserted]) => {
        const place = at % (characters.length + 1)
        return [...characters.slice(0, place), ...(inserted ?? ''), ...characters.slice(place + removed)]
      },
      [...text],
    )
    .join(''),
)
const truncated = fc.tuple(document, fc.nat()).map(([text, at]) => {
  const characters = [...text]
  return characters.slice(0, at % characters.length).join('')
})

const turned = fc
  .tuple(document, fc.array(fc.tuple(fc.nat(), fc.nat({ max: 7 })), { minLength: 1, maxLength: 3 }))
  .map(([text, bits]) => {
    const bytes = Buffer.from(text)
    for (const [at, bit] of bits) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << bit)
    return bytes
  })
const anyBytes = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map(bytes => Buffer.from(bytes)),
  fc.array(choice(...`<>/='"&;:!?ab \n`), { maxLength: 40 }).map(letters => Buffer.from(letters.join(''))),
)
const bytesOf = (texts: fc.Arbitrary<string>) => texts.map(text => Buffer.from(text))

export const documents = {
  asTheyShouldBe: bytesOf(document),
  withSlips: bytesOf(edited),
  cutOff: bytesOf(truncated),
  withBitsTurned: turned,
  anyBytes,
}
