import crypto from 'node:crypto'
import { domainToASCII } from 'node:url'
import { XmppBoshError } from '../../lib/errors/error'
import { type Domain, prepareConfiguredDomain } from '../../lib/jid'
import { Authenticator } from '../../lib/login/authenticator'
import { type Credentials, prepareCredentials } from '../../lib/login/credentials'
import { transportTo } from '../fixtures/transport'

// Mocked before the import, because key-derivation.ts keeps a reference to the function.
jest.mock('node:crypto', () => {
  const actual = jest.requireActual<typeof crypto>('node:crypto')
  return Object.assign(Object.create(actual), { pbkdf2: jest.fn(actual.pbkdf2) })
})

function domain(value: string): Domain {
  const prepared = prepareConfiguredDomain(value)
  if (!prepared) throw new Error(`${value} is not a domain`)
  return prepared
}
const EXAMPLE = domain('example.com')

/** Returns the credentials, or the code and the status of the refusal. */
function prepared(username: unknown, password: unknown, of = EXAMPLE, unicode = true): Credentials | [string, number] {
  try {
    return prepareCredentials(username, password, { domain: of, bind: unicode, maxUsernameBytes: 1_023 })
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

describe('with valid credentials', () => {
  test('the localpart is prepared, and the password is kept as typed and after SASLprep', () => {
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
    ['a text that looks like an escape', 'a\\40example.com', 'a\\40example.com'],
    ['a text that looks like an encoded "@"', 'a%40evil.example', 'a%40evil.example'],
    ['other letters', '\u0416\u0443\u043b\u044c\u0435\u0442', '\u0436\u0443\u043b\u044c\u0435\u0442'],
    ['an invisible character, which servers leave out', 'jul\u00adiet', 'juliet'],
    ['a byte order mark', '\ufeffjuliet', 'juliet'],
    ['an emoji', 'juliet\u{1F600}', 'juliet\u{1F600}'],
    ['a typographic apostrophe', 'o\u2019neil', 'o\u2019neil'],
    ['an apostrophe', "O'Neil", 'o\\27neil'],
    ['an apostrophe, escaped', 'o\\27neil', 'o\\27neil'],
    ['an apostrophe, and the domain', "o'neil@example.com", 'o\\27neil'],
    ['a space inside', 'jean pierre', 'jean\\20pierre'],
    ['a space inside, and the domain', ' jean pierre@example.com ', 'jean\\20pierre'],
    ['an e-mail address, and the domain', 'jean@gmail.com@example.com', 'jean\\40gmail.com'],
    ['an escaped e-mail address', 'jean\\40gmail.com', 'jean\\40gmail.com'],
    ['two "@" side by side', 'juliet@@example.com', 'juliet\\40'],
    ['a "/"', 'a/b@example.com', 'a\\2fb'],
    ['markup', 'juliet<auth/>', 'juliet\\3cauth\\2f\\3e'],
    ['what looks like an escape, beside a character to escape', 'c:\\5commas', 'c\\3a\\5c5commas'],
    ['1,023 bytes', 'a'.repeat(1023), 'a'.repeat(1023)],
    ['1,023 bytes of a JID', `${'a'.repeat(1023)}@example.com`, 'a'.repeat(1023)],
  ])('a user name may hold %s', (_, username, local) => {
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
  ])('the domain %s is recognized when it is typed as %s', (configured, username) => {
    expect(localpart(username, domain(configured))).toBe('juliet')
  })

  test.each([
    ['one character', 'x'],
    ['blanks around, which belong to it', '  pencil '],
    ['blanks alone', '   '],
    ['an "@" and a "/"', 'a@b/c'],
    ['an emoji', '\u{1F511}'],
    ['1,024 bytes', 'a'.repeat(1024)],
    ['1,024 bytes of other letters', '\u00e4'.repeat(512)],
  ])('a password may hold %s', (_, password) => {
    expect(prepared('juliet', password)).toMatchObject({ local: 'juliet', password })
  })
})

describe('with an empty form', () => {
  const THINGS: readonly [string, unknown][] = [
    ['undefined', undefined],
    ['null', null],
    ['an empty text', ''],
    ['an array', ['juliet']],
    ['an array inside an array', [['juliet']]],
    ['an object', { $gt: '' }],
    ['an object with toString()', { toString: () => 'juliet' }],
    ['a String object', new String('juliet')],
    ['a number', 1],
    ['zero', 0],
    ['true', true],
    ['a function', () => 'juliet'],
    ['a symbol', Symbol('juliet')],
    ['bytes', Buffer.from('juliet')],
  ]
  test.each(THINGS)('a user name that is %s counts as missing', (_, username) => {
    expect(prepared(username, 'pencil')).toEqual(MISSING)
  })
  test.each(THINGS)('a password that is %s counts as missing', (_, password) => {
    expect(prepared('juliet', password)).toEqual(MISSING)
  })

  test.each([' ', '\t\r\n ', '   '])('a user name of white space alone counts as missing: %j', username => {
    expect(prepared(username, 'pencil')).toEqual(MISSING)
  })

  test('the check reads and calls nothing of a foreign object', () => {
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

describe('with malformed credentials', () => {
  const CONTROLS = ['\0', '\x01', '\x08', '\x0b', '\x1b', '\x1f', '\x7f', '\x80', '\x85', '\x9f']
  test.each(CONTROLS)('the control character %j is refused', control => {
    expect(prepared(`jul${control}iet`, 'pencil')).toEqual(MALFORMED)
    expect(prepared(`${control}juliet`, 'pencil')).toEqual(MALFORMED)
    expect(prepared('juliet', `pen${control}cil`)).toEqual(MALFORMED)
    expect(prepared(`juliet@example.com${control}`, 'pencil')).toEqual(MALFORMED)
  })

  test.each(['\t', '\n', '\r'])('%j is refused inside a name and in a password', space => {
    expect(prepared(`jul${space}iet`, 'pencil')).toEqual(MALFORMED)
    expect(prepared('juliet', `pencil${space}`)).toEqual(MALFORMED)
  })

  test('additional fields of PLAIN are refused', () => {
    expect(prepared('admin\0juliet', 'pencil')).toEqual(MALFORMED)
    expect(prepared('juliet', 'pencil\0more')).toEqual(MALFORMED)
  })

  test.each(['\ud800', '\udc00', '\udc00\ud800'])('the lone surrogate %j is refused', surrogate => {
    expect(prepared(`juliet${surrogate}`, 'pencil')).toEqual(MALFORMED)
    expect(prepared('juliet', `pencil${surrogate}`)).toEqual(MALFORMED)
  })

  test.each([
    ['a name of 1,024 bytes', 'a'.repeat(1024), 'pencil'],
    ['a name of 512 letters in 1,024 bytes', '\u00e4'.repeat(512), 'pencil'],
    ['a JID whose localpart has 1,024 bytes', `${'a'.repeat(1024)}@example.com`, 'pencil'],
    ['a name of 2,048 bytes', 'a'.repeat(2048), 'pencil'],
    ['3,000 blanks before the name', `${' '.repeat(3000)}juliet`, 'pencil'],
    ['1 MB of a name', 'a'.repeat(1_048_576), 'pencil'],
    ['1 MB of blanks', ' '.repeat(1_048_576), 'pencil'],
    ['1 MB of "@"', '@'.repeat(1_048_576), 'pencil'],
    ['a password of 1,025 bytes', 'juliet', 'a'.repeat(1025)],
    ['a password of 513 letters in 1,026 bytes', 'juliet', '\u00e4'.repeat(513)],
    ['1 MB of a password', 'juliet', 'a'.repeat(1_048_576)],
    ['10 MB of a name', 'a'.repeat(10_485_760), 'pencil'],
    ['10 MB of a password', 'juliet', 'a'.repeat(10_485_760)],
    ['1 MB of a password that Unicode would make 18 MB', 'juliet', '\ufdfa'.repeat(349_525)],
  ])('a form with %s is refused', (_, username, password) => {
    expect(prepared(username, password)).toEqual(MALFORMED)
  })
})

describe('with a name that cannot be an account', () => {
  test.each<[what: string, username: string]>([
    ['another domain', 'juliet@evil.example'],
    ['a domain that begins like ours', 'juliet@example.com.evil.example'],
    ['a domain that ends like ours', 'juliet@evil-example.com'],
    ['a subdomain', 'juliet@sub.example.com'],
    ['our domain cut off', 'juliet@example'],
    ['two "@", ours first', 'juliet@example.com@evil.example'],
    ['"@" and nothing', 'juliet@'],
    ['no localpart', '@example.com'],
    ['"@" alone', '@'],
    ['a resource', 'juliet@example.com/balcony'],
    ['an empty resource', 'juliet@example.com/'],
    ['a port', 'juliet@example.com:5280'],
    ['a fragment', 'juliet@example.com#evil'],
    ['a percent sign in the domain', 'juliet@ex%61mple.com'],
    ['a soft hyphen in the domain', 'juliet@exa\u00admple.com'],
    ['two dots behind', 'juliet@example.com..'],
    ['a query', 'juliet@example.com?evil'],
    ['a backslash in the domain', 'juliet@example.com\\evil.example'],
    ['a path in the domain', 'juliet@example.com/.evil.example'],
    ['a colon and nothing', 'juliet@example.com:'],
    ['a blank in the domain', 'juliet@exam ple.com'],
    ['an underscore in the domain', 'juliet@_.example.com'],
    ['a dot before the domain', 'juliet@.example.com'],
    ['a change of direction in the domain', 'juliet@\u202eexample.com'],
    ['a Cyrillic letter in the domain', 'juliet@ex\u0430mple.com'],
    ['a full-width "/" in the domain', 'juliet@example.com\uff0fevil'],
    ['a domain of 1 kB', `juliet@${'a.'.repeat(500)}example.com`],
    ['a Hangul filler, which is invisible', 'jul\u1160iet'],
    ['a blank in front, behind markup', 'juliet< @example.com'],
    ['a no-break space inside', 'juliet\u00a0capulet'],
    ['a full-width apostrophe', 'o\uff07neil'],
    ['a URI', 'xmpp:juliet@evil.example'],
    ['a blank before "@"', 'juliet @example.com'],
    ['a blank behind "@"', 'juliet@ example.com'],
    ['a no-break space in front, which is not trimmed', '\u00a0juliet'],
    ['a no-break space behind, which is not trimmed', 'juliet\u00a0'],
    ['an ideographic space behind', 'juliet\u3000'],
    ['a change of direction', 'juliet\u202e'],
    ['a full-width "@"', 'juliet\uff20example.com'],
    ['the replacement character', 'juliet\ufffd'],
    ['a name that grows too long', '\u0149'.repeat(511)],
  ])('a user name with %s is refused like any wrong name', (_, username) => {
    expect(prepared(username, 'pencil')).toEqual(INVALID)
  })

  // `url.domainToASCII` turns the second of each pair into the first.
  test.each([
    ['a', 'a/b'],
    ['example.com', 'example.com#x'],
    ['example.com', 'ex%61mple.com'],
    ['example.com', 'exam\u00adple.com'],
    ['127.0.0.1', '0x7f.1'],
    ['127.0.0.1', '127.1'],
    ['1.2.0.3', '1.2.3'],
  ])('the domain %s does not match %s', (configured, typed) => {
    expect(domainToASCII(typed)).toBe(configured)
    expect(localpart(`juliet@${typed}`, domain(configured))).toEqual(INVALID)
  })

  test('a sharp s in a domain does not match two s', () => {
    expect(localpart('juliet@strasse.example', domain('stra\u00dfe.example'))).toEqual(INVALID)
    expect(localpart('juliet@stra\u00dfe.example', domain('strasse.example'))).toEqual(INVALID)
  })

  test('an IPv4 address does not match another spelling of it', () => {
    for (const spelling of ['127.1', '0x7f.1', '2130706433', '127.0.0.1.', '[127.0.0.1]']) {
      expect(localpart(`juliet@${spelling}`, domain('127.0.0.1'))).toEqual(INVALID)
    }
  })

  test.each([
    ['right-to-left text that ends otherwise', '\u06271'],
    ['a private-use character', 'pencil\ue000'],
    ['a change of direction', 'pencil\u202e'],
    ['the replacement character', 'pencil\ufffd'],
    ['no character left', '\u00ad'],
  ])('a password with %s is refused by SASLprep', (_, password) => {
    expect(prepared('juliet', password)).toEqual(INVALID)
  })
})

describe('with look-alike letters', () => {
  test.each([
    ['a Cyrillic a', '\u0430dmin', '\u0430dmin'],
    ['a capital Cyrillic a', '\u0410DMIN', '\u0430dmin'],
    ['a Cyrillic i', 'adm\u0456n', 'adm\u0456n'],
    ['a Greek alpha', '\u03b1dmin', '\u03b1dmin'],
    ['a capital Greek alpha', '\u0391DMIN', '\u03b1dmin'],
    ['a Latin script a', '\u0251dmin', '\u0251dmin'],
    ['an Armenian letter', 'adm\u056bn', 'adm\u056bn'],
    ['a dot below', 'a\u0323dmin', '\u1ea1dmin'],
    ['a combining mark of its own', 'a\u0489dmin', 'a\u0489dmin'],
  ])('a name with %s is not admin', (_, typed, local) => {
    expect(localpart(typed)).toBe(local)
    expect(localpart(typed)).not.toBe('admin')
  })

  test.each([
    ['full-width', '\uff41\uff44\uff4d\uff49\uff4e'],
    ['mathematical', '\u{1d41a}\u{1d41d}\u{1d426}\u{1d422}\u{1d427}'],
    ['circled', '\u24d0dmin'],
    ['ordinal', '\u00aadmin'],
    ['capital', 'ADMIN'],
  ])('a name with %s letters is admin, as it is to servers', (_, typed) => {
    expect(localpart(typed)).toBe('admin')
  })

  test('a name with a long s is the same name as with an s', () => {
    expect(localpart('\u017fteve')).toBe('steve')
  })
})

describe('around credentials', () => {
  test('white space is trimmed from the name only', () => {
    expect(prepared(' juliet ', ' pencil ')).toMatchObject({ local: 'juliet', password: ' pencil ' })
  })

  test('white space that preparation uncovers is not trimmed', () => {
    // NFKC makes a blank of it.
    expect(prepared(' \u2003juliet ', 'pencil')).toEqual(INVALID)
  })
})

describe('without bind', () => {
  const alone = (username: string) => prepared(username, 'pencil', EXAMPLE, false)

  test.each([
    ['juliet', 'juliet'],
    ['JULIET@example.com', 'juliet'],
    // Every server folds it to the same letters.
    ['\uff2auliet', 'juliet'],
  ])('the name %s is accepted as %s', (username, local) => {
    expect(alone(username)).toMatchObject({ local })
  })

  test.each(['zo\u00eb', '\u0430dmin', 'i\u0307', '\u03c3', 'user\u0967'])('the name %s is refused', username => {
    expect(alone(username)).toEqual(INVALID)
    expect(prepared(username, 'pencil')).toMatchObject({ password: 'pencil' })
  })
})

describe('with spies on every step', () => {
  const MEGABYTE = 1_048_576
  const LONG: readonly [what: string, username: string, password: string][] = (
    [
      ['letters', 'a'],
      ['blanks', ' '],
      ['tabs and blanks, and a letter at the end', '\t '],
      ['"@"', '@'],
      ['slashes', '/'],
      ['dots', 'a.'],
      ['brackets', '['],
      ['"%"', '%'],
      ['letters that Unicode takes apart', '\ufdfa'],
      ['letters with many marks', 'a\u0323\u0307'],
      ['lone surrogates', '\ud800'],
      ['control characters', '\0'],
    ] as const
  ).flatMap(([what, unit]) => {
    const long = `${unit.repeat(Math.ceil(MEGABYTE / unit.length))}x`
    return [
      [`1 MB of ${what} as the name`, long, 'pencil'],
      [`1 MB of ${what} as the localpart`, `${long}@example.com`, 'pencil'],
      [`1 MB of ${what} as the domain`, `juliet@${long}`, 'pencil'],
      [`1 MB of ${what} as the password`, 'juliet', long],
    ]
  })
  const OTHER: readonly [what: string, username: unknown, password: unknown][] = [
    ['10 MB of a name', 'a'.repeat(10 * MEGABYTE), 'pencil'],
    ['10 MB of a password', 'juliet', 'a'.repeat(10 * MEGABYTE)],
    ['arrays', ['juliet'], ['pencil']],
    ['an array of 1,000,000', new Array(1_000_000).fill('juliet'), 'pencil'],
    ['objects', { $gt: '' }, { $gt: '' }],
    ['a prototype', Object.create({ toString: () => 'juliet' }), 'pencil'],
    ['JSON with "__proto__"', JSON.parse('{ "__proto__": { "length": 6 } }'), 'pencil'],
  ]

  test.each([...LONG, ...OTHER])(
    'credentials with %s are refused with 400 before any pattern, hash or request',
    async (_, username, password) => {
      const poster = { post: jest.fn(() => Promise.reject(new Error('asked'))), close() {} }
      const authenticator = new Authenticator(
        { service: 'https://xmpp.example.com/bosh', domain: 'example.com' },
        { transport: transportTo(poster) },
      )
      const spies = [
        jest.spyOn(String.prototype, 'normalize'),
        jest.spyOn(String.prototype, 'isWellFormed'),
        jest.spyOn(String.prototype, 'toUpperCase'),
        // Every use of a pattern calls it.
        jest.spyOn(RegExp.prototype, 'exec'),
        jest.spyOn(crypto, 'createHash'),
        jest.spyOn(crypto, 'createHmac'),
        jest.spyOn(crypto, 'randomBytes'),
        jest.spyOn(crypto, 'randomFillSync'),
        jest.spyOn(crypto, 'randomInt'),
        jest.mocked(crypto.pbkdf2),
      ]
      const given = { username, password } as { username: string; password: string }
      const reason: unknown = await authenticator.authenticate(given).catch(refused => refused)
      const calls = spies.map(spy => spy.mock.calls.length)
      jest.restoreAllMocks()
      await authenticator.close()

      expect(calls).toEqual(spies.map(() => 0))
      expect(reason).toMatchObject({ status: 400 })
      expect(poster.post).not.toHaveBeenCalled()
    },
  )

  test('credentials that are refused for other reasons are not hashed or sent', async () => {
    const poster = { post: jest.fn(() => Promise.reject(new Error('asked'))), close() {} }
    const authenticator = new Authenticator(
      { service: 'https://xmpp.example.com/bosh', domain: 'example.com', failureDelay: 0 },
      { transport: transportTo(poster) },
    )
    const hashed = [jest.mocked(crypto.pbkdf2), jest.spyOn(crypto, 'createHash'), jest.spyOn(crypto, 'createHmac')]
    for (const [username, password, status] of [
      ['', 'pencil', 400],
      ['juliet', '', 400],
      ['juliet\0', 'pencil', 400],
      ['juliet', 'pencil\n', 400],
      ['juliet@evil.example', 'pencil', 401],
      ['juliet@example.com/balcony', 'pencil', 401],
      ['juliet@example.com@evil.example', 'pencil', 401],
      ['jul\u00a0iet', 'pencil', 401],
      ['juliet', 'pencil\ue000', 401],
    ] as const) {
      await expect(authenticator.authenticate({ username, password })).rejects.toMatchObject({ status })
    }
    await authenticator.close()

    expect(poster.post).not.toHaveBeenCalled()
    for (const hash of hashed) expect(hash).not.toHaveBeenCalled()
    jest.restoreAllMocks()
  })

  test('the spies see valid credentials that are prepared and sent', async () => {
    const poster = { post: jest.fn(() => Promise.reject(new Error('asked'))), close() {} }
    const authenticator = new Authenticator(
      { service: 'https://xmpp.example.com/bosh', domain: 'example.com' },
      { transport: transportTo(poster) },
    )
    const seen = [jest.spyOn(String.prototype, 'normalize'), jest.spyOn(RegExp.prototype, 'exec')]
    await authenticator.authenticate({ username: 'Juliet@example.com', password: 'p\u00e4ss' }).catch(() => {})
    const calls = seen.map(spy => spy.mock.calls.length)
    jest.restoreAllMocks()
    await authenticator.close()

    for (const count of calls) expect(count).toBeGreaterThan(0)
    expect(poster.post).toHaveBeenCalledTimes(1)
  })

  test('a pattern never sees more of a name or a password than may be typed', () => {
    let longest = 0
    const { exec } = RegExp.prototype
    jest.spyOn(RegExp.prototype, 'exec').mockImplementation(function (this: RegExp, text: string) {
      longest = Math.max(longest, text.length)
      return exec.call(this, text)
    })
    // The longest accepted texts, and lengths in between for a pattern that tries every position.
    for (const unit of [' ', 'a', '\u00e4', '@', '.', '[', '\ufdfa', 'a@', 'a.']) {
      for (const length of [339, 1_021, 2_039, 2_045, 100_000]) {
        const long = unit.repeat(length).slice(0, length)
        prepared(`x${long}x`, 'pencil')
        prepared(`juliet@${long}x`, 'pencil')
        prepared('juliet', long)
      }
    }
    jest.restoreAllMocks()

    // As typed: 2,047. NFKC turns one letter of three bytes into 18, and no other into more.
    expect(longest).toBeGreaterThan(2_047)
    expect(longest).toBeLessThanOrEqual((1_023 / 3) * 18)
  })
})

test('an error repeats nothing that was typed', () => {
  const attempts: readonly [string, string][] = [
    ['SECRET@evil.example', 'SECRET'],
    ['SECRET\u00a0SECRET', 'SECRET'],
    ['SECRET\0', 'SECRET'],
    ['juliet', 'SECRET\ue000'],
    ['juliet', 'SECRET\0'],
  ]
  for (const [username, password] of attempts) {
    expect(() =>
      prepareCredentials(username, password, { domain: EXAMPLE, bind: true, maxUsernameBytes: 1_023 }),
    ).toThrow(expect.objectContaining({ name: 'XmppBoshError', message: expect.not.stringContaining('SECRET') }))
  }
})
