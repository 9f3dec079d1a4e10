import { createHash, pbkdf2 } from 'node:crypto'
import { promisify } from 'node:util'
import type { Derive, Digest, SaslContext, SaslExchange } from '../../lib/sasl/mechanism'
import { scram } from '../../lib/sasl/scram'

const hi = promisify(pbkdf2)
const derive = jest.fn<ReturnType<Derive>, Parameters<Derive>>((password, salt, iterations, length, digest) =>
  hi(password, salt, iterations, length, digest),
)
afterEach(() => derive.mockClear())

function context(given: Partial<SaslContext> = {}): SaslContext {
  return {
    username: 'user',
    password: 'pencil',
    preparedPassword: 'pencil',
    offered: ['SCRAM-SHA-1', 'PLAIN'],
    channelBindings: [],
    minIterations: 4096,
    maxIterations: 100_000,
    derive,
    ...given,
  }
}

const base64 = (text: string | Buffer) => Buffer.from(text).toString('base64')
const serverProof = (message?: RegExp) =>
  expect.objectContaining({
    code: 'ERR_XMPP_SERVER_PROOF',
    ...(message && { message: expect.stringMatching(message) }),
  })
const protocol = expect.objectContaining({ code: 'ERR_XMPP_PROTOCOL' })

async function responseTo(exchange: SaslExchange, challenge: string): Promise<string> {
  const step = await exchange.challenge(challenge)
  if ('error' in step) throw new Error(`the exchange reports ${step.error}`)
  return step.response
}

/** Returns the error that `success` throws, or `undefined` when it accepts. */
function refusalOf(exchange: SaslExchange, payload?: string): unknown {
  try {
    exchange.success(payload)
    return undefined
  } catch (error) {
    return error
  }
}

const VECTORS: readonly {
  source: string
  digest: Digest
  username?: string
  password?: string
  nonce: string
  clientFirst: string
  serverFirst: string
  clientFinal: string
  serverFinal: string
  length: number
}[] = [
  {
    source: 'RFC 5802 §5, SCRAM-SHA-1',
    digest: 'sha1',
    nonce: 'fyko+d2lbbFgONRv9qkxdawL',
    clientFirst: 'n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL',
    serverFirst: 'r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096',
    clientFinal: 'c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=',
    serverFinal: 'v=rmF9pqV8S7suAoZWja4dJRkFsKQ=',
    length: 20,
  },
  {
    source: 'RFC 7677 §3, SCRAM-SHA-256',
    digest: 'sha256',
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    clientFinal:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=',
    serverFinal: 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=',
    length: 32,
  },
  {
    source: 'SCRAM-SHA-512, as other implementations agree on it',
    digest: 'sha512',
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    clientFirst: 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO',
    serverFirst:
      'r=rOprNGfwEbeRWgbNEkqO02431b08-2f89-4bad-a4e6-80c0564ec865,s=Yin2FuHTt/M0kJWb0t9OI32n2VmOGi3m+JfjOvuDF88=,i=4096',
    clientFinal:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO02431b08-2f89-4bad-a4e6-80c0564ec865,p=Hc5yec3NmCD7t+kFRw4/3yD6/F3SQHc7AVYschRja+Bc3sbdjlA0eH1OjJc0DD4ghn1tnXN5/Wr6qm9xmaHt4A==',
    serverFinal: 'v=BQuhnKHqYDwQWS5jAw4sZed+C9KFUALsbrq81bB0mh+bcUUbbMPNNmBIupnS2AmyyDnG5CTBQtkjJ9kyY4kzmw==',
    length: 64,
  },
  {
    source: 'XEP-0206 §5, juliet',
    digest: 'sha1',
    username: 'juliet',
    password: 'r0m30myr0m30',
    nonce: 'oMsTAAwAAAAMAAAANP0TAAAAAABPU0AA',
    clientFirst: 'n,,n=juliet,r=oMsTAAwAAAAMAAAANP0TAAAAAABPU0AA',
    serverFirst:
      'r=oMsTAAwAAAAMAAAANP0TAAAAAABPU0AAe124695b-69a9-4de6-9c30-b51b3808c59e,s=NjhkYTM0MDgtNGY0Zi00NjdmLTkxMmUtNDlmNTNmNDNkMDMz,i=4096',
    clientFinal:
      'c=biws,r=oMsTAAwAAAAMAAAANP0TAAAAAABPU0AAe124695b-69a9-4de6-9c30-b51b3808c59e,p=UA57tM/SvpATBkH2FXs0WDXvJYw=',
    serverFinal: 'v=pNNDFVEQxuXxCoSEiW8GEZ+1RSo=',
    length: 20,
  },
  {
    source: 'RFC 5802 §5.1, a user name with "=" and ","',
    digest: 'sha256',
    username: 'a=b,c',
    nonce: 'rOprNGfwEbeRWgbNEkqO',
    clientFirst: 'n,,n=a=3Db=2Cc,r=rOprNGfwEbeRWgbNEkqO',
    serverFirst: 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096',
    clientFinal:
      'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=bJKq6Cr+J+Orrk2OQPQOAHxO19l/M9lTgL7yO1DpR34=',
    serverFinal: 'v=C5fab32g43kr9kl0OOZIuxs9xxu42NlEjGXB364T6vE=',
    length: 32,
  },
]

describe.each(VECTORS)('with the messages of $source', vector => {
  const { digest, username = 'user', password = 'pencil', nonce } = vector
  const begin = () => scram(digest)(context({ username, preparedPassword: password }), nonce)

  test('the client sends the messages of the vector and accepts its server signature', async () => {
    const exchange = begin()
    expect(exchange.initial).toBe(vector.clientFirst)
    expect(await responseTo(exchange, vector.serverFirst)).toBe(vector.clientFinal)
    expect(refusalOf(exchange, vector.serverFinal)).toBeUndefined()
  })

  test('the client accepts a signature in a challenge before an empty success', async () => {
    const exchange = begin()
    await responseTo(exchange, vector.serverFirst)
    expect(await responseTo(exchange, vector.serverFinal)).toBe('')
    expect(refusalOf(exchange)).toBeUndefined()
  })

  test('the client derives the key once, from the prepared password and the salt and count of the server', async () => {
    await responseTo(begin(), vector.serverFirst)
    const salt = Buffer.from(/,s=([^,]+)/.exec(vector.serverFirst)?.[1] ?? '', 'base64')
    expect(derive.mock.calls).toEqual([[password, salt, 4096, vector.length, digest]])
  })
})

const NONCE = 'fyko+d2lbbFgONRv9qkxdawL'
const SERVER_NONCE = `${NONCE}3rfcNHYJY1ZVvWVs7j`
const SERVER_FIRST = `r=${SERVER_NONCE},s=QSXCR+Q6sek8bf92,i=4096`
const SIGNATURE = 'rmF9pqV8S7suAoZWja4dJRkFsKQ='

const begin = (given: Partial<SaslContext> = {}, nonce = NONCE) => scram('sha1')(context(given), nonce)

async function afterProof(given: Partial<SaslContext> = {}): Promise<SaslExchange> {
  const exchange = begin(given)
  await responseTo(exchange, SERVER_FIRST)
  return exchange
}

describe('in its first message', () => {
  test('the client sends 24 new random bytes in base64 as its nonce', () => {
    const nonces = Array.from({ length: 500 }, () => /^n,,n=user,r=(.*)$/.exec(scram('sha1')(context()).initial)?.[1])
    for (const nonce of nonces) expect(nonce).toMatch(/^[A-Za-z0-9+/]{32}$/)
    // Two of them share no quarter either, since the bytes are drawn for many at once.
    expect(new Set(nonces.flatMap(nonce => nonce?.match(/.{8}/g) ?? [])).size).toBe(4 * 500)
  })
})

describe('on success', () => {
  const flipped = Buffer.from(SIGNATURE, 'base64')
  flipped[19] = (flipped[19] ?? 0) ^ 1

  test.each([
    ['no data at all', undefined],
    ['empty data', ''],
    ['v= without a value', 'v='],
    ['a signature with the last bit flipped', `v=${base64(flipped)}`],
    ['a truncated signature', `v=${base64(flipped.subarray(0, 19))}`],
    ['a signature of one byte', 'v=rg=='],
    ['a signature with a byte more', `v=${base64(Buffer.concat([Buffer.from(SIGNATURE, 'base64'), Buffer.of(0)]))}`],
    ['a signature without padding', `v=${SIGNATURE.slice(0, -1)}`],
    ['a signature with URL-safe letters', 'v=rmF9pqV8S7suAoZWja4dJRkFsK-='],
    ['a signature with a line feed behind', `v=${SIGNATURE}\n`],
    ['a signature with a blank before', `v= ${SIGNATURE}`],
    ['the signature under a capital V', `V=${SIGNATURE}`],
    ['the signature behind something else', `x=1,v=${SIGNATURE}`],
    ['the bare signature', SIGNATURE],
    ['an error beside success', 'e=invalid-proof'],
    ['the proof of the client sent back', 'v=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts='],
  ])('the client refuses success with %s', async (_, payload) => {
    expect(refusalOf(await afterProof(), payload)).toEqual(serverProof())
  })

  test('the client ignores extensions behind the signature', async () => {
    expect(refusalOf(await afterProof(), `v=${SIGNATURE},x=whatever`)).toBeUndefined()
  })

  test('the client refuses a signature for another password', async () => {
    const exchange = await afterProof({ preparedPassword: 'pencils' })
    expect(refusalOf(exchange, `v=${SIGNATURE}`)).toEqual(serverProof(/does not know the password/))
  })

  test.each([
    ['right after the initial response', undefined],
    ['right after the initial response, with a signature', `v=${SIGNATURE}`],
    ['right after the initial response, with the first message of the server', SERVER_FIRST],
  ])('the client refuses success before the exchange is complete, %s', (_, payload) => {
    expect(refusalOf(begin(), payload)).toEqual(serverProof(/before the exchange was complete/))
  })

  test('the client refuses success after it refused the first message', async () => {
    const exchange = begin()
    await expect(exchange.challenge(SERVER_FIRST.replace('i=4096', 'i=1'))).rejects.toEqual(serverProof())
    expect(refusalOf(exchange, `v=${SIGNATURE}`)).toEqual(serverProof(/before the exchange was complete/))
  })

  test('the client refuses success after a failed derivation', async () => {
    const reason = new Error('aborted')
    const exchange = begin({ derive: () => Promise.reject(reason) })
    await expect(exchange.challenge(SERVER_FIRST)).rejects.toBe(reason)
    expect(refusalOf(exchange, `v=${SIGNATURE}`)).toEqual(serverProof(/before the exchange was complete/))
  })
})

describe('with the server signature in a challenge', () => {
  test.each([
    ['a wrong signature', `v=${base64(Buffer.alloc(20))}`],
    ['a challenge without a signature', 'x=1'],
    ['an empty challenge', ''],
    ['the first message once more', SERVER_FIRST],
  ])('the client refuses %s', async (_, payload) => {
    const exchange = await afterProof()
    await expect(exchange.challenge(payload)).rejects.toEqual(serverProof())
    expect(refusalOf(exchange)).toEqual(serverProof())
  })

  test('the client refuses a second signature in success', async () => {
    const exchange = await afterProof()
    await responseTo(exchange, `v=${SIGNATURE}`)
    expect(refusalOf(exchange, `v=${SIGNATURE}`)).toEqual(protocol)
  })

  test('the client refuses a further challenge after the signature', async () => {
    const exchange = await afterProof()
    await responseTo(exchange, `v=${SIGNATURE}`)
    await expect(exchange.challenge(`v=${SIGNATURE}`)).rejects.toEqual(protocol)
  })
})

describe('on an error of the server', () => {
  const ERRORS = [
    'invalid-encoding',
    'extensions-not-supported',
    'invalid-proof',
    'channel-bindings-dont-match',
    'server-does-support-channel-binding',
    'channel-binding-not-supported',
    'unsupported-channel-binding-type',
    'unknown-user',
    'invalid-username-encoding',
    'no-resources',
    'other-error',
    'an-unknown-error',
  ]
  test.each(ERRORS)('the client reports e=%s after the proof', async error => {
    const exchange = await afterProof()
    expect(await exchange.challenge(`e=${error}`)).toEqual({ error })
    expect(refusalOf(exchange)).toEqual(serverProof())
  })

  test('the client reports e= in the first message, whatever extensions follow', async () => {
    expect(await begin().challenge('e=unknown-user,x=1')).toEqual({ error: 'unknown-user' })
    expect(derive).not.toHaveBeenCalled()
  })
})

describe('for the nonce of the server', () => {
  test.each([
    ['is only its own', NONCE],
    ['is shorter', NONCE.slice(0, -1)],
    ['begins with another', `X${SERVER_NONCE.slice(1)}`],
    ['has its own at the end', `3rfcNHYJY1ZVvWVs7j${NONCE}`],
    ['has its own in other letters', SERVER_NONCE.toLowerCase()],
    ['has 1,025 characters', NONCE.padEnd(1025, 'x')],
    ['holds a blank', `${NONCE} x`],
    ['holds a control character', `${NONCE}\x7f`],
    ['is not ASCII', `${NONCE}ä`],
  ])('the client refuses a nonce that %s', async (_, nonce) => {
    const exchange = begin()
    await expect(exchange.challenge(SERVER_FIRST.replace(SERVER_NONCE, nonce))).rejects.toEqual(serverProof(/nonce/))
    expect(derive).not.toHaveBeenCalled()
  })

  test('the client takes a comma for the end of the nonce', async () => {
    await expect(begin().challenge(SERVER_FIRST.replace(SERVER_NONCE, `${NONCE},x`))).rejects.toEqual(protocol)
    expect(derive).not.toHaveBeenCalled()
  })

  test.each([
    ['with one character more', `${NONCE}x`],
    ['of 1,024 characters', NONCE.padEnd(1024, 'x')],
    ['of every printable character but the comma', `${NONCE}!"#$%&'()*+-./09:;<=>?@AZ[\\]^_\`az{|}~`],
  ])('the client accepts a nonce %s', async (_, nonce) => {
    expect(await responseTo(begin(), SERVER_FIRST.replace(SERVER_NONCE, nonce))).toContain(`c=biws,r=${nonce},p=`)
  })
})

describe('for the iteration count', () => {
  test.each(['4095', '1', '100001', '1000000000', '9999999999', '99999999999999999999'])(
    'the client refuses a count of %s, out of bounds, before it derives anything',
    async count => {
      await expect(begin().challenge(SERVER_FIRST.replace('4096', count))).rejects.toEqual(serverProof(/minIterations/))
      expect(derive).not.toHaveBeenCalled()
    },
  )

  test.each([
    '0',
    '0x1000',
    '1e4',
    '1e9',
    '04096',
    '+4096',
    '-4096',
    ' 4096',
    '4096 ',
    '4096.0',
    '4_096',
    '４０９６',
    'NaN',
  ])('the client refuses "%s", not a decimal number, before it derives anything', async count => {
    await expect(begin().challenge(SERVER_FIRST.replace('4096', count))).rejects.toEqual(serverProof())
    expect(derive).not.toHaveBeenCalled()
  })

  test('the client refuses an empty count before it derives anything', async () => {
    await expect(begin().challenge(SERVER_FIRST.replace('4096', ''))).rejects.toEqual(protocol)
    expect(derive).not.toHaveBeenCalled()
  })

  test.each([
    [4096, { minIterations: 4096 }],
    [100_000, { maxIterations: 100_000 }],
    [1, { minIterations: 1 }],
    [1_000_000, { maxIterations: 1_000_000 }],
  ])('the client uses a count of %d when the options allow it', async (count, bounds) => {
    const derived = jest.fn<ReturnType<Derive>, Parameters<Derive>>(async () => Buffer.alloc(20))
    await responseTo(begin({ ...bounds, derive: derived }), SERVER_FIRST.replace('4096', String(count)))
    expect(derived.mock.calls[0]?.[2]).toBe(count)
  })
})

describe('for the salt', () => {
  test.each([
    ['a salt that is not base64', 'QSXC*+Q6sek8bf92'],
    ['an empty salt', ''],
    ['URL-safe base64', 'QSXCR-Q6sek8bf92'],
    ['base64 without its padding', 'W22ZaJ0SNY7soEsUEjb6gQ'],
    ['base64 with stray bits', 'W22ZaJ0SNY7soEsUEjb6gR=='],
    ['padding alone', '=='],
    ['base64 in lines', 'QSXCR+Q6\nsek8bf92'],
    ['1,025 bytes', base64(Buffer.alloc(1025, 1))],
  ])('the client refuses %s before it derives anything', async (_, salt) => {
    await expect(begin().challenge(SERVER_FIRST.replace('QSXCR+Q6sek8bf92', salt))).rejects.toEqual(protocol)
    expect(derive).not.toHaveBeenCalled()
  })

  test('the client uses a salt of 1,024 bytes as it is', async () => {
    const salt = Buffer.alloc(1024, 1)
    await responseTo(begin(), SERVER_FIRST.replace('QSXCR+Q6sek8bf92', base64(salt)))
    expect(derive.mock.calls[0]?.[1]).toEqual(salt)
  })
})

describe('in the first message of the server', () => {
  test.each([
    ['an extension that must be understood, in front', `m=tls,${SERVER_FIRST}`],
    ['an extension that must be understood, behind', `${SERVER_FIRST},m=tls`],
    ['two nonces', `r=${SERVER_NONCE},${SERVER_FIRST}`],
    ['a second nonce behind', `${SERVER_FIRST},r=${SERVER_NONCE}`],
    ['a second salt', `${SERVER_FIRST},s=QSXCR+Q6sek8bf92`],
    ['a second count', `${SERVER_FIRST},i=4096`],
    ['an unknown attribute twice', `${SERVER_FIRST},x=1,x=1`],
    ['a salt in front of the nonce', `s=QSXCR+Q6sek8bf92,r=${SERVER_NONCE},i=4096`],
    ['a message without a salt', `r=${SERVER_NONCE},i=4096`],
    ['a message without a count', `r=${SERVER_NONCE},s=QSXCR+Q6sek8bf92`],
    ['a message without a nonce', 's=QSXCR+Q6sek8bf92,i=4096'],
    ['an unknown attribute in front', `x=1,${SERVER_FIRST}`],
    ['a comma behind', `${SERVER_FIRST},`],
    ['an attribute without a value', `${SERVER_FIRST},x=`],
    ['an attribute whose name is a digit', `${SERVER_FIRST},1=x`],
    ['an attribute with a long name', `${SERVER_FIRST},ext=x`],
    ['an empty message', ''],
    ['plain text', 'hello'],
    ['capital letters', SERVER_FIRST.replace('r=', 'R=')],
  ])('the client refuses %s before it derives anything', async (_, message) => {
    await expect(begin().challenge(message)).rejects.toEqual(protocol)
    expect(derive).not.toHaveBeenCalled()
  })

  test.each(['t=0304', 'd=abc', 'x==,y=a=b', 'z=\u{1F600}'])(
    'the client ignores the unknown attribute %s and signs it',
    async extension => {
      const plain = await responseTo(begin(), SERVER_FIRST)
      const extended = await responseTo(begin(), `${SERVER_FIRST},${extension}`)
      expect(extended).toMatch(/^c=biws,r=[^,]+,p=[^,]+$/)
      expect(extended).not.toBe(plain)
    },
  )
})

describe('for downgrade protection (XEP-0474)', () => {
  const CASES: readonly { digest: Digest; offered: string[]; channelBindings?: string[]; hash: string }[] = [
    {
      digest: 'sha1',
      offered: ['SCRAM-SHA-1-PLUS', 'SCRAM-SHA-1'],
      channelBindings: ['tls-server-end-point', 'tls-exporter'],
      hash: 'G6k/rBLDqgOhRRaCuuatSDFkJ08=',
    },
    { digest: 'sha1', offered: ['SCRAM-SHA-1', 'PLAIN'], hash: 'Y+xk2TW25vKwG9yWicfQlsuiFQs=' },
    {
      digest: 'sha256',
      offered: ['SCRAM-SHA-256', 'PLAIN', 'SCRAM-SHA-1'],
      hash: 'J++Diu+JubnE6dLVvZjjI5KHnheOLsUSQWiw/prdbAA=',
    },
    {
      digest: 'sha512',
      offered: ['X-OAUTH2', 'SCRAM-SHA-512', 'SCRAM-SHA-256', 'SCRAM-SHA-1', 'PLAIN', 'DIGEST-MD5'],
      hash: 'uaXt6WCGOlgekmxH1kdZUrZmS8no5bXHPihAL0uZJzCA9fzo3O07VPC/KpIdDbNZKZamXtoPlcicIb9wQtJRNw==',
    },
  ]
  const asked = (digest: Digest, given: Partial<SaslContext>, extension: string) =>
    scram(digest)(context(given), NONCE).challenge(`${SERVER_FIRST},${extension}`)

  describe.each(CASES)('by $digest of $offered $channelBindings', ({ digest, offered, channelBindings = [], hash }) => {
    test('the client accepts the hash of the whole offer in any order', async () => {
      expect(await asked(digest, { offered, channelBindings }, `h=${hash}`)).toHaveProperty('response')
      const reversed = { offered: [...offered].reverse(), channelBindings: [...channelBindings].reverse() }
      expect(await asked(digest, reversed, `h=${hash}`)).toHaveProperty('response')
    })

    test('the client refuses the hash before it derives anything when a mechanism is missing from the offer', async () => {
      for (const missing of offered) {
        const arrived = { offered: offered.filter(name => name !== missing), channelBindings }
        await expect(asked(digest, arrived, `h=${hash}`)).rejects.toEqual(serverProof(/downgrade/))
      }
      expect(derive).not.toHaveBeenCalled()
    })

    test('the client refuses the hash when a mechanism or a channel-binding type was added on the way', async () => {
      const more = { offered: [...offered, 'ANONYMOUS'], channelBindings }
      await expect(asked(digest, more, `h=${hash}`)).rejects.toEqual(serverProof(/downgrade/))
      const bound = { offered, channelBindings: [...channelBindings, 'tls-unique'] }
      await expect(asked(digest, bound, `h=${hash}`)).rejects.toEqual(serverProof(/downgrade/))
    })
  })

  test('the client refuses the hash when channel-binding types were removed on the way', async () => {
    const { digest, offered, hash } = CASES[0] as (typeof CASES)[number]
    await expect(asked(digest, { offered }, `h=${hash}`)).rejects.toEqual(serverProof(/downgrade/))
  })

  const sha256 = createHash('sha256').update('PLAIN\x1eSCRAM-SHA-1').digest()
  test.each([
    ['truncated', 'h=Y+xk2TW25vKwG9yWicfQlsuiFQ=='],
    ['not base64', 'h=*'],
    ['one bit off', 'h=Y+xk2TW25vKwG9yWicfQlsuiFQo='],
    ['of another hash function', `h=${base64(sha256)}`],
    ['twice', 'h=Y+xk2TW25vKwG9yWicfQlsuiFQs=,h=Y+xk2TW25vKwG9yWicfQlsuiFQs='],
  ])('the client refuses a hash that is %s before it derives anything', async (_, extension) => {
    await expect(asked('sha1', {}, extension)).rejects.toMatchObject({ status: 502 })
    expect(derive).not.toHaveBeenCalled()
  })

  test('the client accepts a server that sends no hash', async () => {
    expect(await begin().challenge(SERVER_FIRST)).toHaveProperty('response')
  })
})

test('the error holds neither the password nor the text of the server', async () => {
  const errors = await Promise.all(
    [
      `r=${SERVER_NONCE}SECRET`,
      `r=SECRET,s=QSXCR+Q6sek8bf92,i=4096`,
      `${SERVER_FIRST}SECRET`,
      `m=SECRET,${SERVER_FIRST}`,
    ].map(message => begin().challenge(message).catch(String)),
  )
  expect(errors).toHaveLength(4)
  for (const error of errors) {
    expect(error).toMatch(/^XmppBoshError: /)
    expect(error).not.toMatch(/SECRET|pencil|fyko/)
  }
})

test.each(['m=ext', `v=${SIGNATURE}`, 'garbage', ''])('the client refuses %j behind the signature', async extension => {
  expect(refusalOf(await afterProof(), `v=${SIGNATURE},${extension}`)).toBeDefined()
})

test('the client ignores an unknown extension behind the signature', async () => {
  expect(refusalOf(await afterProof(), `v=${SIGNATURE},x=1`)).toBeUndefined()
})
