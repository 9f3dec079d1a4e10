import type { Request } from 'express'
import { PROVIDER_EVENTS, providerEvents } from '../../identity-provider/operation/events'
import { createLog } from '../../login-site/operation/log'

const request = { ip: '192.0.2.7', id: 'r1' } as unknown as Request

function logged(write: (log: ReturnType<typeof providerEvents>) => void) {
  const lines: string[] = []
  const count = jest.fn()
  write(providerEvents(createLog({ write: line => void lines.push(line) }), { count }))
  return { lines: lines.map(line => JSON.parse(line)), raw: lines.join(''), count }
}

test('an event has its client, its account and the id of its request', () => {
  const { lines, count } = logged(log => log(request, 'oidc-authorized', { client: 'wiki', jid: 'alice@localhost' }))
  expect(lines).toEqual([
    {
      level: 'info',
      time: expect.any(String),
      event: 'oidc-authorized',
      address: '192.0.2.7',
      outcome: 'ok',
      client: 'wiki',
      user: 'alice@localhost',
      id: 'r1',
      message: 'a client was told who is signed in',
    },
  ])
  expect(count).toHaveBeenCalledWith({ event: 'oidc-authorized', outcome: 'ok' })
})

test('text that others chose comes after the address, and can neither break a line nor flood the log', () => {
  const { raw, lines } = logged(log =>
    log(request, 'oidc-refused', { outcome: 'invalid_request', reason: `a\nb${'x'.repeat(999)}` }),
  )
  expect(raw.indexOf('192.0.2.7')).toBeLessThan(raw.indexOf('a?b'))
  expect(lines[0].reason).toHaveLength(256)
})

test('an event without a request has no address', () => {
  const { lines } = logged(log => log(undefined, 'oidc-logout-told', { client: 'wiki' }))
  expect(lines[0]).not.toHaveProperty('address')
})

test('the names of events tell them from those of the site', () => {
  expect(Object.keys(PROVIDER_EVENTS).filter(name => !name.startsWith('oidc-'))).toEqual([])
})
