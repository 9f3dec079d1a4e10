import { createHash } from 'node:crypto'
import { CAPTCHA_LIFETIME_MS, MAX_FORM_FIELDS, MAX_FORM_TEXT_LENGTH, MAX_FORM_VALUE_LENGTH } from '../../lib/limits'
import { filledIn, formOf } from '../../lib/registration/form'
import { read } from '../../lib/xml/read'
import { write } from '../../lib/xml/write'

const DOMAIN = { ascii: 'localhost', wire: 'localhost' }
const SETTINGS = { domain: DOMAIN, bind: true, maxUsernameBytes: 1_023 }
const NOW = Date.UTC(2026, 0, 1)
const PNG = Buffer.from('89504e470d0a1a0a0000', 'hex')
const JPEG = Buffer.from('ffd8ffe0', 'hex')
const GIF = Buffer.from('GIF89a')

const parse = (inside: string, beside = '', captchaHosts: readonly string[] = []) =>
  formOf(
    read(
      Buffer.from(
        `<iq xmlns='jabber:client' type='result'><query xmlns='jabber:iq:register'>${inside}</query>${beside}</iq>`,
      ),
    ),
    { domain: DOMAIN, now: NOW, service: 1, captchaHosts },
  )

const dataForm = (fields: string, more = '') => `<x xmlns='jabber:x:data' type='form'>${fields}</x>${more}`
const USERNAME = "<field var='username' type='text-single' label='User'><required/></field>"
const PASSWORD = "<field var='password' type='text-private' label='Password'><required/></field>"

interface Picture {
  image?: Buffer
  type?: string
  declared?: string
  cid?: string
  base64?: string
}

/** Builds the field and the data of a captcha, valid unless the argument spoils them. */
function captcha({ image = PNG, type = 'image/png', declared = type, cid, base64 }: Picture = {}) {
  const name = cid ?? `sha1+${createHash('sha1').update(image).digest('hex')}@bob.xmpp.org`
  return {
    field: `<field var='ocr' type='text-single' label='Enter the text you see'><media xmlns='urn:xmpp:media-element'><uri type='${type}'>cid:${name}</uri></media><required/></field>`,
    data: `<data xmlns='urn:xmpp:bob' cid='${name}' type='${declared}' max-age='0'>${base64 ?? image.toString('base64')}</data>`,
  }
}

function withCaptcha(picture: Picture = {}) {
  const { field, data } = captcha(picture)
  return parse(dataForm(USERNAME + PASSWORD + field, data))
}

describe('from real servers', () => {
  test('the form of ejabberd keeps its hidden fields and omits those for other clients', () => {
    const { field, data } = captcha()
    const form = parse(
      dataForm(
        `<instructions>Choose a username and password to register with this server</instructions><field var='FORM_TYPE' type='hidden'><value>jabber:iq:register</value></field>${USERNAME}${PASSWORD}<field var='captcha-fallback-text' type='fixed'><value>If you don&apos;t see the CAPTCHA image here, visit the web page.</value></field><field var='captcha-fallback-url' type='text-single' label='CAPTCHA web page'><value>http://localhost:5280/captcha/1281642695674066409/image</value></field><field var='from' type='hidden' label='Attribute &apos;to&apos; of stanza that triggered challenge'><value>localhost</value></field><field var='challenge' type='hidden' label='Challenge ID'><required/><value>1281642695674066409</value></field><field var='sid' type='hidden' label='Stanza ID'><value>i1</value></field>${field}`,
        `${data}<instructions>You need a client that supports x:data and CAPTCHA to register</instructions>`,
      ),
    )

    expect(form).toEqual({
      fields: [
        { name: 'username', type: 'text-single', label: 'User', required: true },
        { name: 'password', type: 'text-private', label: 'Password', required: true },
        { name: 'ocr', type: 'text-single', label: 'Enter the text you see', required: true },
      ],
      instructions: 'Choose a username and password to register with this server',
      captcha: { image: PNG, type: 'image/png' },
      state: {
        domain: 'localhost',
        service: 1,
        kind: 'form',
        visible: [
          ['username', true],
          ['password', true],
          ['ocr', true],
        ],
        hidden: [
          ['FORM_TYPE', ['jabber:iq:register']],
          ['from', ['localhost']],
          ['challenge', ['1281642695674066409']],
          ['sid', ['i1']],
        ],
        answer: 'ocr',
        expiresAt: NOW + CAPTCHA_LIFETIME_MS,
      },
    })
    const { query, local } = filledIn(form.state, { username: 'Ann', password: 'p&w', ocr: ' 42 ' }, SETTINGS)
    expect(local).toBe('ann')
    expect(write(query)).toBe(
      "<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>jabber:iq:register</value></field><field var='from'><value>localhost</value></field><field var='challenge'><value>1281642695674066409</value></field><field var='sid'><value>i1</value></field><field var='username'><value>ann</value></field><field var='password'><value>p&amp;w</value></field><field var='ocr'><value>42</value></field></x></query>",
    )
  })

  test('the form of Prosody takes precedence over the fields beside it (XEP-0077 §6)', () => {
    const form = parse(
      `<instructions>Choose a username and password for use with this service.</instructions><username/><password/><x type='form' xmlns='jabber:x:data'><title>Creating a new account</title><instructions>Choose.</instructions><field type='hidden' var='FORM_TYPE'><value>jabber:iq:register</value></field>${USERNAME}${PASSWORD}</x>`,
    )
    expect(form.captcha).toBeUndefined()
    expect(form.instructions).toBe('Choose.')
    expect(form.state).toMatchObject({ kind: 'form', answer: null, expiresAt: null })
  })

  test('plain fields are submitted as plain fields', () => {
    const form = parse('<instructions>Choose.</instructions><username/><password/><email/>')
    expect(form.fields.map(({ name }) => name)).toEqual(['username', 'password', 'email'])
    const values = { username: 'ann', password: 'pw', email: 'ann@example.com' }
    expect(write(filledIn(form.state, values, SETTINGS).query)).toBe(
      "<query xmlns='jabber:iq:register'><username>ann</username><password>pw</password><email>ann@example.com</email></query>",
    )
    expect(() => filledIn(form.state, { username: 'ann', password: 'pw' }, SETTINGS)).toThrow(
      expect.objectContaining({ code: 'missing-credentials' }),
    )
  })
})

describe('without fields for an account', () => {
  test.each([
    [
      'the address of a page',
      "<instructions>Register at…</instructions><x xmlns='jabber:x:oob'><url>https://a.example/</url></x>",
    ],
    ['nothing', ''],
    ['a form without a password', dataForm(USERNAME)],
    ['a form without a user name', dataForm(PASSWORD)],
    ['a form where the password is hidden', dataForm(USERNAME + PASSWORD.replace('text-private', 'hidden'))],
    ['fields in another namespace', "<username xmlns='urn:evil'/><password xmlns='urn:evil'/>"],
  ])('registration counts as closed when the reply holds %s', (_, inside) => {
    expect(() => parse(inside)).toThrow(expect.objectContaining({ code: 'registration-closed' }))
  })
})

describe('with an invalid reply', () => {
  const many = Array.from({ length: MAX_FORM_FIELDS }, (_, n) => `<field var='f${n}'/>`).join('')
  const { field, data } = captcha()
  test.each([
    ['a field twice', dataForm(USERNAME + PASSWORD + PASSWORD)],
    ['too many fields', dataForm(USERNAME + PASSWORD + many)],
    ['too many plain fields', `<username/><password/>${many.replace(/<field var='(f\d+)'\/>/g, '<$1/>')}`],
    ['a plain field twice', '<username/><password/><username/>'],
    ['two required challenges', dataForm(USERNAME + PASSWORD + field + field.replace("'ocr'", "'ocr2'"), data)],
    [
      'a value that is too long',
      dataForm(
        `${USERNAME}${PASSWORD}<field var='x' type='hidden'><value>${'x'.repeat(MAX_FORM_VALUE_LENGTH + 1)}</value></field>`,
      ),
    ],
    [
      'a name that is too long',
      dataForm(`${USERNAME}${PASSWORD}<field var='${'x'.repeat(MAX_FORM_VALUE_LENGTH + 1)}'/>`),
    ],
    [
      'too many values in a field',
      dataForm(`${USERNAME}${PASSWORD}<field var='x' type='hidden'>${'<value/>'.repeat(MAX_FORM_FIELDS + 1)}</field>`),
    ],
    ['an element in a value', dataForm(`${USERNAME}${PASSWORD}<field var='x'><value>a<b/>c</value></field>`)],
  ])('a form with %s is a protocol error', (_, inside) => {
    expect(() => parse(inside)).toThrow(expect.objectContaining({ code: 'ERR_XMPP_PROTOCOL' }))
  })

  test.each(["<query xmlns='urn:evil'><username/><password/></query>", ''])('an answer of "%s" is refused', inside => {
    const answer = read(Buffer.from(`<iq xmlns='jabber:client' type='result'>${inside}</iq>`))
    expect(() => formOf(answer, { domain: DOMAIN, now: NOW, service: 0, captchaHosts: [] })).toThrow(
      expect.objectContaining({ code: 'ERR_XMPP_PROTOCOL' }),
    )
  })
})

describe('in a captcha', () => {
  test.each([
    ['image/png', PNG],
    ['image/jpeg', JPEG],
    ['image/gif', GIF],
  ])('a picture of type %s is accepted', (type, image) => {
    expect(withCaptcha({ type, image }).captcha).toEqual({ type, image })
  })

  test.each(['image/png; q=1', 'image/png;q=1', 'Image/PNG'])('a picture of type %s is accepted as a PNG', type => {
    expect(withCaptcha({ type }).captcha).toEqual({ type: 'image/png', image: PNG })
  })

  test('the first challenge that can be shown is used and the others are left out when a form has several', () => {
    const { field, data } = captcha()
    const audio =
      "<field var='audio_recog'><media xmlns='urn:xmpp:media-element'><uri type='audio/x-wav'>cid:x</uri></media></field>"
    const text = "<field var='qa' label='Which colour has the sky?'/>"
    const { fields, state, captcha: shown } = parse(dataForm(USERNAME + PASSWORD + audio + field + text, data))

    expect(shown).toEqual({ type: 'image/png', image: PNG })
    expect(fields.map(({ name }) => name)).toEqual(['username', 'password', 'ocr', 'qa'])
    expect(state.answer).toBe('ocr')
  })

  test('a picture beside the query is found by its SHA-256 and may have white space in its base64', () => {
    const hash = createHash('sha256').update(PNG).digest('hex')
    const picture = captcha({ cid: `sha-256+${hash}@bob.xmpp.org`, base64: `\n ${PNG.toString('base64')}\n` })
    expect(parse(dataForm(USERNAME + PASSWORD + picture.field), picture.data).captcha).toEqual({
      type: 'image/png',
      image: PNG,
    })
  })

  const other = createHash('sha1').update('other').digest('hex')
  test.each<[string, Picture]>([
    ['a picture other than the announced one', { cid: `sha1+${other}@bob.xmpp.org` }],
    ['a page that says it is a picture', { image: Buffer.from('<script>alert(1)</script>') }],
    ['a JPEG that says it is a PNG', { image: JPEG }],
    ['a PNG that is declared as HTML', { declared: 'text/html' }],
    ['an SVG', { type: 'image/svg+xml', image: Buffer.from('<svg/>') }],
    ['a text that is not base64', { base64: 'iVBORw0KGgo*' }],
    ['an empty text', { image: Buffer.alloc(0) }],
    ['a name without a hash', { cid: 'x' }],
    ['a name with another ending', { cid: `sha1+${createHash('sha1').update(PNG).digest('hex')}@evil.example` }],
    ['a name by MD5', { cid: `md5+${createHash('md5').update(PNG).digest('hex')}@bob.xmpp.org` }],
  ])('%s is refused as a picture', (_, picture) => {
    expect(() => withCaptcha(picture)).toThrow(expect.objectContaining({ code: 'ERR_XMPP_PROTOCOL' }))
  })

  test('a picture at an address outside the reply is not fetched', () => {
    const field =
      "<field var='ocr'><media xmlns='urn:xmpp:media-element'><uri type='image/png'>http://192.0.2.1/x.png</uri></media></field>"
    expect(() => parse(dataForm(USERNAME + PASSWORD + field))).toThrow(
      expect.objectContaining({ code: 'ERR_XMPP_PROTOCOL' }),
    )
  })
})

describe('in a captcha whose picture is at an address', () => {
  const URL_OF = 'https://captcha.example.com/7f3a.png'
  const at = (...uris: readonly string[]) =>
    dataForm(
      `${USERNAME}${PASSWORD}<field var='ocr'><media xmlns='urn:xmpp:media-element'>${uris.map(uri => `<uri type='image/png'>${uri}</uri>`).join('')}</media></field>`,
    )

  test.each([
    [URL_OF, ['captcha.example.com']],
    ['https://captcha.example.com:8443/x.png', ['other.example', 'captcha.example.com:8443']],
  ])('the address %s is passed on when its host is allowed', (uri, hosts) => {
    expect(parse(at(uri), '', hosts).captcha).toEqual({ type: 'image/png', url: uri })
  })

  test('the address is passed on without the dot that ends its host', () => {
    expect(parse(at('https://captcha.example.com./x.png'), '', ['captcha.example.com']).captcha).toEqual({
      type: 'image/png',
      url: 'https://captcha.example.com/x.png',
    })
  })

  test('the error tells the operator how pictures must come when the only address is an http: address', () => {
    expect(() => parse(at('http://captcha.example.com/x.png'), '', ['captcha.example.com'])).toThrow(
      expect.objectContaining({ code: 'ERR_XMPP_PROTOCOL', message: expect.stringMatching(/http: address.*https:/) }),
    )
  })

  test('the picture in the form is preferred when there is an address as well', () => {
    const { data } = captcha()
    const cid = `cid:sha1+${createHash('sha1').update(PNG).digest('hex')}@bob.xmpp.org`

    expect(parse(at(URL_OF, cid), data, ['captcha.example.com']).captcha).toEqual({ type: 'image/png', image: PNG })
  })

  test.each([
    ['no host is allowed', URL_OF, []],
    ['another host is allowed', URL_OF, ['example.com']],
    ['another port is allowed', URL_OF, ['captcha.example.com:8443']],
    ['the host only ends like an allowed one', 'https://evilcaptcha.example.com/x', ['captcha.example.com']],
  ])('the error names the option when %s', (_, uri, hosts) => {
    expect(() => parse(at(uri), '', hosts)).toThrow(
      expect.objectContaining({ code: 'ERR_XMPP_PROTOCOL', message: expect.stringContaining('`captchaHosts`') }),
    )
  })

  test.each([
    'http://captcha.example.com/x.png',
    'https://user@captcha.example.com/x.png',
    'https://user:pw@captcha.example.com/x.png',
    'javascript:alert(1)//captcha.example.com',
    'data:image/png;base64,AAAA',
    'captcha.example.com/x.png',
    `https://captcha.example.com/${'x'.repeat(2_048)}`,
  ])('the address %s is refused although its host is allowed', uri => {
    expect(() => parse(at(uri), '', ['captcha.example.com'])).toThrow(
      expect.objectContaining({ code: 'ERR_XMPP_PROTOCOL', message: expect.not.stringContaining('captchaHosts') }),
    )
  })
})

describe('in texts of the server', () => {
  test('long texts are cut and control characters are removed', () => {
    const { fields, instructions } = parse(
      dataForm(
        `<instructions>${'x'.repeat(2 * MAX_FORM_TEXT_LENGTH)}</instructions>${USERNAME}${PASSWORD}<field var='a' label='one&#x85;two&#x7f;'/>`,
      ),
    )
    expect(instructions).toBe('x'.repeat(MAX_FORM_TEXT_LENGTH))
    expect(fields.at(-1)?.label).toBe('one two')
  })

  test('a cut never leaves half of a character', () => {
    const { instructions } = parse(
      dataForm(`<instructions>x${'😀'.repeat(MAX_FORM_TEXT_LENGTH)}</instructions>${USERNAME}${PASSWORD}`),
    )
    expect(instructions.isWellFormed()).toBe(true)
  })

  test('a list has its options and a field of unknown type is a line of text', () => {
    const list =
      "<field var='plan' type='list-single'><option label='Free'><value>f</value></option><option><value>p</value></option></field>"
    const { fields } = parse(dataForm(`${USERNAME}${PASSWORD}${list}<field var='odd' type='odd'/>`))
    expect(fields.slice(2)).toEqual([
      {
        name: 'plan',
        type: 'list-single',
        required: false,
        options: [
          { value: 'f', label: 'Free' },
          { value: 'p', label: 'p' },
        ],
      },
      { name: 'odd', type: 'text-single', required: false },
    ])
  })

  test('names with a meaning in JavaScript are plain names', () => {
    const form = parse(dataForm(`${USERNAME}${PASSWORD}<field var='__proto__'/><field var='constructor'/>`))
    const values = JSON.parse('{"username":"ann","password":"pw","__proto__":"x"}')
    expect(write(filledIn(form.state, values, SETTINGS).query)).toContain(
      "<field var='__proto__'><value>x</value></field>",
    )
    expect(write(filledIn(form.state, values, SETTINGS).query)).not.toContain('constructor')
    expect(Object.keys(Object.prototype)).toEqual([])
  })
})
