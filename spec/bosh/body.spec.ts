import { readBody, writeBody } from '../../lib/bosh/body'
import { asProtocolError } from '../../lib/xml/protocol-error'
import { XmlError } from '../../lib/xml/read'
import { element } from '../../lib/xml/write'

const HTTPBIND = 'http://jabber.org/protocol/httpbind'
const says = (document: string) => readBody(Buffer.from(document))
const protocol = expect.objectContaining({ code: 'ERR_XMPP_PROTOCOL', status: 502 })

describe('in a request', () => {
  test('writeBody writes one body in its namespace with the attributes in order', () => {
    expect(writeBody({ rid: '1573741820', sid: 'SomeSID' })).toBe(
      `<body xmlns='${HTTPBIND}' rid='1573741820' sid='SomeSID'/>`,
    )
  })

  test('writeBody writes a payload inside the body', () => {
    const auth = element('auth', { xmlns: 'urn:ietf:params:xml:ns:xmpp-sasl', mechanism: 'PLAIN' }, 'AGp1bGlldAA=')
    expect(writeBody({ rid: '1' }, [auth])).toBe(
      `<body xmlns='${HTTPBIND}' rid='1'><auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGp1bGlldAA=</auth></body>`,
    )
  })

  test('writeBody keeps a hostile value inside its attribute', () => {
    const hostile = `'/><auth mechanism="PLAIN"/>&`
    const body = says(writeBody({ to: hostile }))
    expect(body.attributes.get('to')).toBe(hostile)
    expect(body.children).toEqual([])
  })
})

describe('in a reply', () => {
  test('readBody returns the attributes and the children', () => {
    const body = says(
      `<body xmlns='${HTTPBIND}' sid='SomeSID' wait='10'><a xmlns='urn:a'>1</a><b xmlns='urn:b'/></body>`,
    )
    expect(body.type).toBeUndefined()
    expect(body.condition).toBeUndefined()
    expect(Object.fromEntries(body.attributes)).toEqual({ sid: 'SomeSID', wait: '10' })
    expect(body.children.map(({ namespace, name }) => [namespace, name])).toEqual([
      ['urn:a', 'a'],
      ['urn:b', 'b'],
    ])
  })

  test('readBody reads a body under a prefix', () => {
    const body = says(`<b:body xmlns:b='${HTTPBIND}' type='terminate' condition='host-unknown'><x/></b:body>`)
    expect(body).toMatchObject({ type: 'terminate', condition: 'host-unknown' })
    expect(body.children).toHaveLength(1)
  })

  test('readBody ignores type and condition when they have a namespace', () => {
    const body = says(`<body xmlns='${HTTPBIND}' xmlns:x='urn:x' x:type='terminate' x:condition='host-gone'/>`)
    expect(body.type).toBeUndefined()
    expect(body.condition).toBeUndefined()
  })

  test('readBody accepts indented children (XEP-0124 §6)', () => {
    expect(says(`\n<body xmlns='${HTTPBIND}'>\r\n\t <a xmlns='urn:a'/>\n </body>\n`).children).toHaveLength(1)
  })

  test.each([
    ['text', `<body xmlns='${HTTPBIND}'>hello</body>`],
    ['text beside an element', `<body xmlns='${HTTPBIND}'><a/>hello</body>`],
    ['text by reference', `<body xmlns='${HTTPBIND}'>&#104;</body>`],
    ['a body without a namespace', '<body/>'],
    ['a body in another namespace', "<body xmlns='http://www.w3.org/1999/xhtml'/>"],
    ['a body in almost the right namespace', `<body xmlns='${HTTPBIND}/'/>`],
    ['the namespace under an unused prefix', `<body xmlns:b='${HTTPBIND}'/>`],
    ['another element', `<success xmlns='${HTTPBIND}'/>`],
    ['a body in capital letters', `<Body xmlns='${HTTPBIND}'/>`],
    ['a body inside something else', `<a><body xmlns='${HTTPBIND}'/></a>`],
    ['two bodies', `<body xmlns='${HTTPBIND}'/><body xmlns='${HTTPBIND}'/>`],
    ['half a body', `<body xmlns='${HTTPBIND}'>`],
    ['a web page', '<!DOCTYPE html><html><body>404</body></html>'],
    ['JSON', '{}'],
    ['an empty document', ''],
  ])('readBody refuses %s', (_, document) => {
    expect(() => says(document)).toThrow(protocol)
  })

  test('readBody refuses bytes that are not UTF-8', () => {
    expect(() => readBody(Buffer.from(`<body xmlns='${HTTPBIND}' from='\u00e4'/>`, 'latin1'))).toThrow(protocol)
  })

  test('the error repeats nothing of the document', () => {
    for (const document of [`<body xmlns='${HTTPBIND}'>SECRET</body>`, '<SECRET/>', '<body>SECRET', '&SECRET;']) {
      expect(() => says(document)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('SECRET') }))
    }
  })
})

describe('while a reply is read', () => {
  test('asProtocolError reports a refusal of the reader as a fault of the server', () => {
    const reading = () => {
      throw new XmlError('an attribute twice')
    }
    expect(() => asProtocolError(reading)).toThrow(protocol)
    expect(() => asProtocolError(reading)).toThrow('an attribute twice')
  })

  test('asProtocolError leaves any other error as it is', () => {
    const bug = new TypeError('x is undefined')
    const reading = () => {
      throw bug
    }
    expect(() => asProtocolError(reading)).toThrow(bug)
  })
})

test.each(['\u00a0', '\ufeff', '\u2003', '\u2028'])('readBody takes %j for text, not for indentation', text => {
  expect(() => says(`<body xmlns='${HTTPBIND}'>${text}</body>`)).toThrow(protocol)
})
