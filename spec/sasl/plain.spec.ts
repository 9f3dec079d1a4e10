import { plain } from '../../lib/sasl/plain'

function exchangeOf(username: string, password: string) {
  return plain({
    username,
    password,
    preparedPassword: 'never sent by PLAIN',
    offered: ['PLAIN'],
    channelBindings: [],
    minIterations: 4096,
    maxIterations: 100_000,
    derive: () => Promise.reject(new Error('PLAIN derives nothing')),
  })
}
const initialOf = (username: string, password: string) => exchangeOf(username, password).initial
const protocol = expect.objectContaining({ code: 'ERR_XMPP_PROTOCOL' })

describe('in its one message', () => {
  test.each([
    ['juliet', 'r0m30myr0m30', 'AGp1bGlldAByMG0zMG15cjBtMzA='],
    ['tim', 'tanstaaftanstaaf', 'AHRpbQB0YW5zdGFhZnRhbnN0YWFm'],
    ['zoë', 'pä$$', 'AHpvw6sAcMOkJCQ='],
  ])('PLAIN encodes %s with %s as %s', (username, password, encoded) => {
    expect(Buffer.from(initialOf(username, password)).toString('base64')).toBe(encoded)
  })

  test('PLAIN sends an empty authzid before the name and the password', () => {
    const fields = initialOf('juliet', 'r0m30myr0m30').split('\0')
    expect(fields).toEqual(['', 'juliet', 'r0m30myr0m30'])
  })

  test('PLAIN sends the password as it was typed, in NFC', () => {
    expect(initialOf('user', 'a\u0308\u00ad ')).toBe('\0user\0\u00e4\u00ad ')
  })
})

describe('in the answer to it', () => {
  test.each([undefined, ''])('PLAIN accepts success with %j', payload => {
    expect(exchangeOf('user', 'pencil').success(payload)).toBeUndefined()
  })

  test.each(['v=rmF9pqV8S7suAoZWja4dJRkFsKQ=', 'x', ' '])('PLAIN refuses success with the data "%s"', payload => {
    expect(() => exchangeOf('user', 'pencil').success(payload)).toThrow(protocol)
  })

  test.each(['', 'r=abc,s=QSXCR+Q6sek8bf92,i=4096'])('PLAIN refuses a challenge ("%s")', async payload => {
    await expect(exchangeOf('user', 'pencil').challenge(payload)).rejects.toEqual(protocol)
  })
})
