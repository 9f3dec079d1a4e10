import { type Credentials, prepareCredentials } from '../lib/credentials'
import { XmppBoshError } from '../lib/errors'
import { type Domain, prepareConfiguredDomain } from '../lib/jid'

function domain(value: string): Domain {
  const prepared = prepareConfiguredDomain(value)
  if (!prepared) throw new Error(`${value} is no domain`)
  return prepared
}
const EXAMPLE = domain('example.com')

/** Credentials, or the code and the status of the refusal. */
function prepared(username: unknown, password: unknown, of = EXAMPLE, unicode = true): Credentials | [string, number] {
  try {
    return prepareCredentials(username, password, of, unicode)
  } catch (error) {
    if (!XmppBoshError.is(error)) throw error
    return [error.code, error.status]
  }
}
const localpart = (username: unknown, of = EXAMPLE) => {
  const result = prepared(username, 'pencil', of)
  return Array.isArray(result) ? result : result.local
}

const MISSING = ['missing-credentials', 400]
const MALFORMED = ['malformed-credentials', 400]
const INVALID = ['invalid-credentials', 401]

describe('credentials that may be sent', () => {
  test('have a prepared localpart, the password as it was typed, and the password after SASLprep', () => {
    expect(prepared('Juliet', 'p\u00e4\u00adss ')).toEqual({
      local: 'juliet',
      password: 'p\u00e4\u00adss ',
      preparedPassword: 'p\u00e4ss ',
    })
  })

  test.each([
    ['a localpart', 'juliet', 'juliet'],
    ['the JID', 'juliet@example.com', 'juliet'],
    ['the JID in capitals', 'JULIET@EXAMPLE.COM', 'juliet'],
    ['the JID with a dot behind', 'juliet@example.com.', 'juliet'],
    ['the JID in capitals with a dot behind', 'a@EXAMPLE.com.', 'a'],
    ['the JID with an ideographic dot', 'juliet@example\u3002com', 'juliet'],
    ['the JID in full-width letters', 'juliet@\uff45xample.com', 'juliet'],
    ['blanks around', '  juliet ', 'juliet'],
    ['tabs and line ends around', '\t\r\njuliet\n', 'juliet'],
    ['blanks around the JID', ' juliet@example.com ', 'juliet'],
    ['what looks like an escape', 'a\\40example.com', 'a\\40example.com'],
    ['what looks like an encoded "@"', 'a%40evil.example', 'a%40evil.example'],
    ['other letters', '\u0416\u0443\u043b\u044c\u0435\u0442', '\u0436\u0443\u043b\u044c\u0435\u0442'],
    ['1,023 bytes', 'a'.repeat(1023), 'a'.repeat(1023)],
    ['1,023 bytes of a JID', `${'a'.repeat(1023)}@example.com`, 'a'.repeat(1023)],
  ])('%s', (_, username, local) => {
    expect(localpart(username)).toBe(local)
  })

  test.each([
    ['m\u00fcnchen.example', 'juliet@m\u00fcnchen.example'],
    ['m\u00fcnchen.example', 'juliet@xn--mnchen-3ya.example'],
    ['m\u00fcnchen.example', 'juliet@M\u00dcNCHEN.EXAMPLE'],
    ['m\u00fcnchen.example', 'juliet@XN--MNCHEN-3YA.example.'],
    ['xn--mnchen-3ya.example', 'juliet@m\u00fcnchen.example'],
    ['xn--mnchen-3ya.example', 'juliet@mu\u0308nchen.example'],
    ['localhost', 'juliet@localhost'],
    ['127.0.0.1', 'juliet@127.0.0.1'],
    ['[::1]', 'juliet@[::1]'],
  ])('the domain %s, typed as %s', (configured, username) => {
    expect(localpart(username, domain(configured))).toBe('juliet')
  })

  test.each([
    ['one character', 'x'],
    ['blanks around, which belong to it', '  pencil '],
    ['blanks alone', '   '],
    ['what an "@" and a "/" mean elsewhere', 'a@b/c'],
    ['an emoji', '\u{1F511}'],
    ['1,024 bytes', 'a'.repeat(1024)],
    ['1,024 bytes of other letters', '\u00e4'.repeat(512)],
  ])('the password is %s', (_, password) => {
    expect(prepared('juliet', password)).toMatchObject({ local: 'juliet', password })
  })
})

describe('400: the form was not filled in', () => {
  const THINGS: readonly [string, unknown][] = [
    ['nothing', undefined],
    ['null', null],
    ['no text', ''],
    ['an array', ['juliet']],
    ['an array in which the text is one', [['juliet']]],
    ['an object', { $gt: '' }],
    ['an object that would be text', { toString: () => 'juliet' }],
    ['a String object', new String('juliet')],
    ['a number', 1],
    ['zero', 0],
    ['true', true],
    ['a function', () => 'juliet'],
    ['a symbol', Symbol('juliet')],
    ['bytes', Buffer.from('juliet')],
  ]
  test.each(THINGS)('the user name is %s', (_, username) => {
    expect(prepared(username, 'pencil')).toEqual(MISSING)
  })
  test.each(THINGS)('the password is %s', (_, password) => {
    expect(prepared('juliet', password)).toEqual(MISSING)
  })

  test.each([' ', '\t\r\n ', '   '])('the user name is white space alone: %j', username => {
    expect(prepared(username, 'pencil')).toEqual(MISSING)
  })

  test('nothing foreign is called or read', () => {
    const trap = new Proxy(() => 'juliet', {
      get: () => {
        throw new Error('read')
      },
      apply: () => {
        throw new Error('called')
      },
    })
    expect(prepared(trap, 'pencil')).toEqual(MISSING)
    expect(prepared('juliet', trap)).toEqual(MISSING)
  })
})

describe('400: nobody types that', () => {
  const CONTROLS = ['\0', '\x01', '\x08', '\x0b', '\x1b', '\x1f', '\x7f', '\x80', '\x85', '\x9f']
  test.each(CONTROLS)('the control character %j', control => {
    expect(prepared(`jul${control}iet`, 'pencil')).toEqual(MALFORMED)
    expect(prepared(`${control}juliet`, 'pencil')).toEqual(MALFORMED)
    expect(prepared('juliet', `pen${control}cil`)).toEqual(MALFORMED)
    expect(prepared(`juliet@example.com${control}`, 'pencil')).toEqual(MALFORMED)
  })

  test.each(['\t', '\n', '\r'])('%j in between, or in the password', space => {
    expect(prepared(`jul${space}iet`, 'pencil')).toEqual(MALFORMED)
    expect(prepared('juliet', `pencil${space}`)).toEqual(MALFORMED)
  })

  test('fields of PLAIN in the name', () => {
    expect(prepared('admin\0juliet', 'pencil')).toEqual(MALFORMED)
    expect(prepared('juliet', 'pencil\0more')).toEqual(MALFORMED)
  })

  test.each(['\ud800', '\udc00', '\udc00\ud800'])('a lone surrogate (%j)', surrogate => {
    expect(prepared(`juliet${surrogate}`, 'pencil')).toEqual(MALFORMED)
    expect(prepared('juliet', `pencil${surrogate}`)).toEqual(MALFORMED)
  })

  test.each([
    ['a name of 1,024 bytes', 'a'.repeat(1024), 'pencil'],
    ['a name of 512 letters in 1,024 bytes', '\u00e4'.repeat(512), 'pencil'],
    ['a JID whose localpart has 1,024 bytes', `${'a'.repeat(1024)}@example.com`, 'pencil'],
    ['2,048 bytes of a name', 'a'.repeat(2048), 'pencil'],
    ['blanks without end', `${' '.repeat(3000)}juliet`, 'pencil'],
    ['1 MB of a name', 'a'.repeat(1_048_576), 'pencil'],
    ['1 MB of blanks', ' '.repeat(1_048_576), 'pencil'],
    ['1 MB of "@"', '@'.repeat(1_048_576), 'pencil'],
    ['a password of 1,025 bytes', 'juliet', 'a'.repeat(1025)],
    ['a password of 513 letters in 1,026 bytes', 'juliet', '\u00e4'.repeat(513)],
    ['1 MB of a password', 'juliet', 'a'.repeat(1_048_576)],
  ])('%s', (_, username, password) => {
    expect(prepared(username, password)).toEqual(MALFORMED)
  })
})

describe('401: there is no such account, which looks like any other wrong name', () => {
  test.each([
    ['another domain', 'juliet@evil.example'],
    ['a domain that begins like ours', 'juliet@example.com.evil.example'],
    ['a domain that ends like ours', 'juliet@evil-example.com'],
    ['a subdomain', 'juliet@sub.example.com'],
    ['our domain cut off', 'juliet@example'],
    ['two "@", ours last', 'juliet@evil.example@example.com'],
    ['two "@", ours first', 'juliet@example.com@evil.example'],
    ['two "@" side by side', 'juliet@@example.com'],
    ['"@" and nothing', 'juliet@'],
    ['no localpart', '@example.com'],
    ['"@" alone', '@'],
    ['a resource', 'juliet@example.com/balcony'],
    ['an empty resource', 'juliet@example.com/'],
    ['a resource without a domain', 'juliet/balcony'],
    ['a resource that looks like our domain', 'juliet@evil.example/@example.com'],
    ['a localpart with a "/"', 'a/b@example.com'],
    ['a port', 'juliet@example.com:5280'],
    ['a fragment', 'juliet@example.com#evil'],
    ['a percent sign in the domain', 'juliet@ex%61mple.com'],
    ['a soft hyphen in the domain', 'juliet@exa\u00admple.com'],
    ['two dots behind', 'juliet@example.com..'],
    ['a URI', 'xmpp:juliet@example.com'],
    ['a blank inside', 'juliet capulet'],
    ['a blank before "@"', 'juliet @example.com'],
    ['a blank behind "@"', 'juliet@ example.com'],
    ['quotes', `juliet"'`],
    ['markup', 'juliet<auth/>'],
    ['"&"', 'a&b'],
    ['a no-break space in front, which is not trimmed', '\u00a0juliet'],
    ['a no-break space behind, which is not trimmed', 'juliet\u00a0'],
    ['an ideographic space behind', 'juliet\u3000'],
    ['a byte order mark', '\ufeffjuliet'],
    ['a soft hyphen', 'jul\u00adiet'],
    ['a change of direction', 'juliet\u202e'],
    ['an emoji', 'juliet\u{1F600}'],
    ['a full-width "@"', 'juliet\uff20example.com'],
    ['the replacement character', 'juliet\ufffd'],
    ['a name that grows too long', '\u0149'.repeat(511)],
  ])('the user name has %s', (_, username) => {
    expect(prepared(username, 'pencil')).toEqual(INVALID)
  })

  test('an IPv4 address is not the domain that spells it another way', () => {
    for (const spelling of ['127.1', '0x7f.1', '2130706433', '127.0.0.1.', '[127.0.0.1]']) {
      expect(localpart(`juliet@${spelling}`, domain('127.0.0.1'))).toEqual(INVALID)
    }
  })

  test.each([
    ['right-to-left that does not end so', '\u06271'],
    ['private use', 'pencil\ue000'],
    ['a change of direction', 'pencil\u202e'],
    ['the replacement character', 'pencil\ufffd'],
    ['nothing that is left', '\u00ad'],
  ])('SASLprep refuses a password with %s', (_, password) => {
    expect(prepared('juliet', password)).toEqual(INVALID)
  })
})

describe('surrounding white space is trimmed once', () => {
  test('and only in the name', () => {
    expect(prepared(' juliet ', ' pencil ')).toMatchObject({ local: 'juliet', password: ' pencil ' })
  })

  test('white space that is uncovered by preparing is not', () => {
    // NFKC makes a blank of it.
    expect(prepared(' \u2003juliet ', 'pencil')).toEqual(INVALID)
  })
})

describe('without bind, when the server will not be asked who this is', () => {
  const alone = (username: string) => prepared(username, 'pencil', EXAMPLE, false)

  test.each([
    ['juliet', 'juliet'],
    ['JULIET@example.com', 'juliet'],
    // Every server folds it to the same letters.
    ['\uff2auliet', 'juliet'],
  ])('%s is %s', (username, local) => {
    expect(alone(username)).toMatchObject({ local })
  })

  test.each(['zo\u00eb', '\u0430dmin', 'i\u0307', '\u03c3', 'user\u0967'])('%s is refused: not ASCII', username => {
    expect(alone(username)).toEqual(INVALID)
    expect(prepared(username, 'pencil')).toMatchObject({ password: 'pencil' })
  })
})

test('what is thrown repeats nothing that was typed', () => {
  const attempts: readonly [string, string][] = [
    ['SECRET@evil.example', 'SECRET'],
    ['SECRET SECRET', 'SECRET'],
    ['SECRET\0', 'SECRET'],
    ['juliet', 'SECRET\ue000'],
    ['juliet', 'SECRET\0'],
  ]
  for (const [username, password] of attempts) {
    expect(() => prepareCredentials(username, password, EXAMPLE, true)).toThrow(
      expect.objectContaining({ name: 'XmppBoshError', message: expect.not.stringContaining('SECRET') }),
    )
  }
})
