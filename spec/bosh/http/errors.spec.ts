import { inspect } from 'node:util'
import { connectionError } from '../../../lib/bosh/http/errors'

/* Errors of connections as Node.js and agents make them. */

const HTTP = new URL('http://user:hidden@127.0.0.1:5280/bosh?hidden')
const HTTPS = new URL('https://user:hidden@xmpp.example.com/bosh?hidden')
const nodeError = (code: unknown, message = '', more: object = {}) =>
  Object.assign(new Error(message), { code, ...more }) as NodeJS.ErrnoException

describe('a connection that fails', () => {
  test.each([
    ['a name in the certificate', 'ERR_TLS_CERT_ALTNAME_INVALID', "Host: x. is not cert's CN: \u001b[31mEVIL", {}],
    ['a reason', 'ERR_TLS_CERT_ALTNAME_INVALID', '', { reason: 'EVIL', host: 'EVIL', cert: { subject: 'EVIL' } }],
    ['a reply of a proxy', 'ECONNRESET', 'proxy said: EVIL', {}],
    ['bytes', 'HPE_INVALID_CONSTANT', 'Parse Error: EVIL', { rawPacket: Buffer.from('EVIL') }],
    ['a code that is none', 'EVIL\u001b[31m', 'EVIL', {}],
    ['a code of many characters', `E${'EVIL'.repeat(50)}`, '', {}],
    ['a code that is an object', { EVIL: 'EVIL' }, '', {}],
    ['an address that is none', 'ECONNREFUSED', '', { syscall: 'EVIL', address: 'EVIL', port: 'EVIL' }],
  ])('has no text of the peer in its error when the cause holds %s', (_, code, message, more) => {
    const error = connectionError(HTTPS, nodeError(code, message, more))
    const shown = inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })
    expect(shown).not.toMatch(/EVIL|hidden|69, 86|45 56 49 4c/)
    expect(shown).not.toContain('\u001b')
  })

  test('has what Node.js itself knows in its cause', () => {
    const refused = nodeError('ECONNREFUSED', 'x', { syscall: 'connect', address: '127.0.0.1', port: 5280 })
    expect(connectionError(HTTP, refused).cause).toMatchObject({
      code: 'ECONNREFUSED',
      message: 'connect ECONNREFUSED 127.0.0.1:5280',
    })
    expect(connectionError(HTTP, nodeError('ENOTFOUND', 'x', { syscall: 'getaddrinfo' })).cause).toMatchObject({
      message: 'getaddrinfo ENOTFOUND',
    })
  })

  test.each([
    ['EPROTO', 'write EPROTO 00:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:x.c:354:\n'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', ''],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', ''],
    ['EPROTO', 'error:0A00009C:SSL routines::http request'],
  ])('asks for http: when TLS gets an answer that is not TLS (%s)', (code, message) => {
    expect(connectionError(HTTPS, nodeError(code, message))).toMatchObject({
      code: 'ERR_XMPP_TLS',
      message: expect.stringMatching(
        /^https:\/\/xmpp\.example\.com\/bosh does not answer in TLS .*speak http:\?.*option `service`/,
      ),
    })
  })

  test.each([
    ['EPROTO', 'error:0A00042E:SSL routines:ssl3_read_bytes:tlsv1 alert protocol version'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', ''],
    ['CERT_HAS_EXPIRED', 'certificate has expired'],
  ])('points to option `tls` when the server speaks TLS (%s)', (code, message) => {
    expect(connectionError(HTTPS, nodeError(code, message))).toMatchObject({
      code: 'ERR_XMPP_TLS',
      message: expect.stringMatching(/no trusted TLS .*option `tls`/),
    })
  })

  test('asks for http: when the port ends the handshake', () => {
    const cut = nodeError(
      'ECONNRESET',
      'Client network socket disconnected before secure TLS connection was established',
    )
    expect(connectionError(HTTPS, cut)).toMatchObject({
      code: 'ERR_XMPP_CONNECT',
      message: expect.stringMatching(/before TLS was agreed on; does this port speak http:/),
    })
    expect(connectionError(HTTPS, nodeError('ECONNRESET', 'read ECONNRESET')).message).not.toMatch(/http:\?/)
  })

  test.each([
    ['ERR_XMPP_HTTP', 'HPE_INVALID_CONSTANT'],
    ['ERR_XMPP_CONNECT', 'ECONNRESET'],
  ])('asks for https: when plain http: fails as on a port of TLS (%s, %s)', (code, cause) => {
    expect(connectionError(HTTP, nodeError(cause))).toMatchObject({
      code,
      message: expect.stringMatching(/speaks? https:/),
    })
    expect(connectionError(HTTP, nodeError(cause)).message).toContain('option `service`')
  })

  test('says nothing of the scheme when the server has spoken BOSH before', () => {
    expect(connectionError(HTTP, nodeError('ECONNRESET'), true).message).toBe(
      'the connection to http://127.0.0.1:5280/bosh failed (ECONNRESET)',
    )
    expect(connectionError(HTTP, nodeError('HPE_INVALID_CONSTANT'), true).message).toBe(
      'http://127.0.0.1:5280/bosh does not answer in HTTP (HPE_INVALID_CONSTANT)',
    )
  })
})
