import fc from 'fast-check'
import { Authenticator, prepareUsername } from '../../lib'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'

const domain = 'm\u00fcnchen.example'

describe('for a name that can be an account', () => {
  test.each([
    ['alice', 'alice'],
    [' Alice\t', 'alice'],
    ['ALICE@M\u00dcNCHEN.EXAMPLE', 'alice'],
    ['alice@xn--mnchen-3ya.example', 'alice'],
    ['\uff21lice', 'alice'],
    ['al\u00adice', 'alice'],
    ['mississippi', 'mississippi'],
    ['M\u0131ss\u0131ss\u0131pp\u0131', 'm\u0131ss\u0131ss\u0131pp\u0131'],
    ['Strau\u00df', 'strauss'],
    ["O'Neil", 'o\\27neil'],
    ['O\\27Neil', 'o\\27neil'],
    ['Jean Pierre', 'jean\\20pierre'],
    [`jean@gmail.com@${domain}`, 'jean\\40gmail.com'],
  ])('prepareUsername() prepares %j as %j', (typed, prepared) => {
    expect(prepareUsername(typed, { domain })).toBe(prepared)
  })
})

describe('for what cannot be an account', () => {
  test.each([
    ['no text', ''],
    ['blanks', ' \t'],
    ['another domain', 'alice@example.org'],
    ['a resource', `alice@${domain}/balcony`],
    ['a control character', 'al\0ice'],
    ['a lone surrogate', 'al\ud800ice'],
    ['a space before the domain', `alice @${domain}`],
    ['1,024 bytes', 'a'.repeat(1024)],
    ['1 MB', 'a'.repeat(1_048_576)],
  ])('prepareUsername() returns nothing for %s', (_, typed) => {
    expect(prepareUsername(typed, { domain })).toBeUndefined()
  })

  test.each([[undefined], [null], [1], [['alice']], [{ toString: () => 'alice' }], [Symbol('alice')]])(
    'prepareUsername() returns nothing for the value %p',
    typed => {
      expect(prepareUsername(typed as never, { domain })).toBeUndefined()
    },
  )

  test('prepareUsername() returns nothing for any domain unless it is given one', () => {
    expect(prepareUsername(`alice@${domain}`)).toBeUndefined()
    expect(prepareUsername('Alice')).toBe('alice')
  })

  test.each([
    [64, 'a'.repeat(64), 'a'.repeat(64)],
    [64, 'a'.repeat(65), undefined],
    // Counted as the server stores it
    [64, '\u00c4'.repeat(32), '\u00e4'.repeat(32)],
    [64, '\u00e4'.repeat(33), undefined],
    [2, '\u00df', 'ss'],
    [1, '\u00df', undefined],
    [3, "'", '\\27'],
    [2, "'", undefined],
  ])('prepareUsername() applies a limit of %d bytes to the prepared name: %j', (maxUsernameBytes, typed, prepared) => {
    expect(prepareUsername(typed, { maxUsernameBytes })).toBe(prepared)
  })

  test.each([
    [{ domain: 'a b' }, 'domain'],
    [{ domain: 1 as never }, 'domain'],
    [{ maxUsernameBytes: 0 }, 'maxUsernameBytes'],
    [{ maxUsernameBytes: 1_024 }, 'maxUsernameBytes'],
  ])('prepareUsername() throws a TypeError for the invalid options %j', (options, name) => {
    expect(() => prepareUsername('alice', options)).toThrow(new RegExp(`^option \`${name}\` must be`))
  })
})

test.each([
  ['domian', 'domain'],
  ['maxUsernameByte', 'maxUsernameBytes'],
])('prepareUsername() asks which option is meant when it is given the option %s', (given, meant) => {
  const options = { [given]: 'x' } as object
  expect(() => prepareUsername('alice', options)).toThrow(
    new TypeError(`unknown option \`${given}\`; did you mean \`${meant}\`?`),
  )
})

describe('for any text', () => {
  const letter = fc.oneof(
    fc.constantFrom(
      ...` @'&:/<>"\\.2705cC\u0131\u0130\u017f\u00df\u0345\u0301\u00ad\u200b\u1160\u13a0\uab70\uac00\u11a7\uff20`,
    ),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    fc.constant('@localhost'),
  )
  const text = fc.array(letter, { maxLength: 8 }).map(letters => letters.join(''))

  test('a prepared name is prepared again as itself, with its domain and without', () => {
    fc.assert(
      fc.property(text, typed => {
        const prepared = prepareUsername(typed, { domain: 'localhost' })
        if (prepared === undefined) return
        expect(prepareUsername(prepared, { domain: 'localhost' })).toBe(prepared)
        expect(prepareUsername(`${prepared}@LOCALHOST`, { domain: 'localhost' })).toBe(prepared)
      }),
      { numRuns: 3_000 },
    )
  })

  test('twice the length takes no more than about twice the time', () => {
    const time = (typed: string) => {
      const times = Array.from({ length: 15 }, () => {
        const start = process.hrtime.bigint()
        prepareUsername(typed)
        return Number(process.hrtime.bigint() - start)
      })
      return Math.min(...times)
    }
    for (const unit of [
      ' a',
      '@',
      '\\2',
      '\u00e9',
      'e\u0301',
      '\u0301\u0323',
      '\u00ad',
      '\u{1f600}',
      '\ufdfa',
      '\uac00',
    ]) {
      const count = Math.floor(1_000 / Buffer.byteLength(unit))
      time(unit.repeat(count))
      expect([unit, time(unit.repeat(count)) < 20 * (time(unit.repeat(count >> 2)) + 10_000)]).toEqual([unit, true])
    }
  })
})

describe('against a server', () => {
  let server: BoshServer
  beforeAll(async () => {
    server = await startBoshServer({
      domain: 'localhost',
      accounts: { alice: 'pw', strauss: 'pw', 'o\\27neil': 'pw', 'jean\\20pierre': 'pw', 'jean\\40gmail.com': 'pw' },
    })
  })
  afterAll(() => server.close())

  test.each([
    'Al\u00adice',
    'ALICE@LOCALHOST',
    'STRAU\u1e9e',
    'strau\u00df@localhost.',
    "O'Neil",
    'o\\27neil',
    ' jean pierre ',
    'jean@gmail.com@localhost',
  ])('the account that logs in as %j has the prepared name as its user name', async username => {
    const authenticator = new Authenticator({ service: server.url, domain: 'localhost', failureDelay: 0 })
    const account = await authenticator.authenticate({ username, password: 'pw' })
    await authenticator.close()

    expect(prepareUsername(username, { domain: 'localhost' })).toBe(account.username)
  })

  test('a name longer than option maxUsernameBytes is refused like any wrong name, without asking the server', async () => {
    const options = { service: server.url, domain: 'localhost', failureDelay: 0, maxUsernameBytes: 4 }
    const authenticator = new Authenticator(options)
    server.reset()

    await expect(authenticator.authenticate({ username: 'alice', password: 'pw' })).rejects.toMatchObject({
      code: 'invalid-credentials',
      status: 401,
    })
    await authenticator.close()
    expect(server.requests).toEqual([])
  })
})
