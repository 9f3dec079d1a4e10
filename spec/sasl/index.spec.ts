import { chooseMechanism, type Mechanism, type SaslContext, startExchange } from '../../lib/sasl'

const ALL: readonly Mechanism[] = ['SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN']

describe('by RFC 6120 §6.3.3', () => {
  test.each<[allowed: readonly Mechanism[], offered: string[], chosen: Mechanism | undefined]>([
    [ALL, ['PLAIN', 'SCRAM-SHA-1', 'SCRAM-SHA-256', 'SCRAM-SHA-512'], 'SCRAM-SHA-512'],
    [ALL, ['SCRAM-SHA-1', 'PLAIN', 'SCRAM-SHA-256'], 'SCRAM-SHA-256'],
    [ALL, ['PLAIN', 'SCRAM-SHA-1'], 'SCRAM-SHA-1'],
    [ALL, ['PLAIN'], 'PLAIN'],
    [['SCRAM-SHA-1', 'SCRAM-SHA-256'], ['SCRAM-SHA-256', 'SCRAM-SHA-1'], 'SCRAM-SHA-1'],
    [['PLAIN', 'SCRAM-SHA-256'], ['SCRAM-SHA-256', 'PLAIN'], 'PLAIN'],
    [['SCRAM-SHA-256'], ['SCRAM-SHA-256', 'SCRAM-SHA-256'], 'SCRAM-SHA-256'],
    // Nothing in common: a mechanism that is not allowed is not taken, however it is offered.
    [['SCRAM-SHA-256'], ['PLAIN', 'SCRAM-SHA-1'], undefined],
    [ALL, ['ANONYMOUS', 'EXTERNAL', 'DIGEST-MD5', 'CRAM-MD5', 'X-OAUTH2', 'OAUTHBEARER'], undefined],
    [ALL, ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-256-PLUS', 'SCRAM-SHA-512-PLUS', 'SCRAM-SHA3-512'], undefined],
    [ALL, ['plain', 'Plain', ' PLAIN', 'PLAIN ', 'scram-sha-1', 'SCRAM_SHA_1', 'SCRAM-SHA-1\0', ''], undefined],
    [ALL, ['__proto__', 'constructor', 'toString'], undefined],
    [ALL, [], undefined],
    [[], ['PLAIN'], undefined],
  ])('a client that allows %j and is offered %j chooses %s', (allowed, offered, chosen) => {
    expect(chooseMechanism(allowed, offered)).toBe(chosen)
  })
})

describe('for the mechanism that was chosen', () => {
  const derived: unknown[] = []
  const context: SaslContext = {
    username: 'user',
    password: 'pencil',
    preparedPassword: 'prepared',
    offered: [],
    channelBindings: [],
    minIterations: 4096,
    maxIterations: 100_000,
    async derive(password, salt, iterations, length, digest) {
      derived.push([password, salt.toString(), iterations, length, digest])
      return Buffer.alloc(length)
    },
  }

  test('an exchange of PLAIN begins with the name and the password', () => {
    expect(startExchange('PLAIN', context).initial).toBe('\0user\0pencil')
  })

  test.each([
    ['SCRAM-SHA-512', 64, 'sha512'],
    ['SCRAM-SHA-256', 32, 'sha256'],
    ['SCRAM-SHA-1', 20, 'sha1'],
  ] as const)('an exchange of %s derives %d bytes with %s', async (name, length, digest) => {
    derived.length = 0
    const exchange = startExchange(name, context)
    expect(exchange.initial).toMatch(/^n,,n=user,r=[!-+\--~]{32}$/)
    const nonce = exchange.initial.slice('n,,n=user,r='.length)
    await exchange.challenge(`r=${nonce}more,s=c2FsdA==,i=5000`)
    expect(derived).toEqual([['prepared', 'salt', 5000, length, digest]])
  })

  test('two exchanges never share a nonce', () => {
    expect(startExchange('SCRAM-SHA-1', context).initial).not.toBe(startExchange('SCRAM-SHA-1', context).initial)
  })
})
