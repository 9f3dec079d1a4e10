import type { Client } from '../../../identity-provider/clients/client'
import { createClientFetch } from '../../../identity-provider/endpoints/client-fetch'

const client = (id: string, privateNetwork: boolean) =>
  ({ metadata: { client_id: id, backchannel_logout_uri: `https://${id}.example/out` }, privateNetwork }) as Client
const clients = [client('own', true), client('other', false)]

const settled = () => new Promise(setImmediate)

async function fetched(url: string, options: object, answer: () => Promise<Response>) {
  const sent = jest.spyOn(globalThis, 'fetch').mockImplementation(answer)
  const logEvent = jest.fn()
  const response = await createClientFetch(clients, logEvent).fetch(url, options)
  await settled()
  const [call] = sent.mock.calls
  sent.mockRestore()
  return { response, sent: call, logEvent }
}

test('a logout token goes out in the background, and is written to the log without its content', async () => {
  const options = { method: 'POST', body: 'logout_token=secret', dispatcher: {} }
  const { response, logEvent } = await fetched('https://other.example/out', options, async () => new Response())
  expect(response.status).toBe(204)
  expect(logEvent.mock.calls).toEqual([[undefined, 'oidc-logout-told', { client: 'other' }]])
})

test('oidc-provider is told of success although the client is away', async () => {
  const away = async () => Promise.reject(new TypeError('fetch failed', { cause: { code: 'ECONNREFUSED' } }))
  const { response, logEvent } = await fetched('https://own.example/out', { method: 'POST' }, away)
  expect(response.status).toBe(204)
  expect(logEvent.mock.calls).toEqual([
    [undefined, 'oidc-logout-failed', { outcome: 'failed', client: 'own', reason: 'ECONNREFUSED' }],
  ])
})

test.each([
  ['https://own.example/out', 'POST', false],
  ['https://other.example/out', 'POST', true],
  ['https://own.example/jwks', 'POST', true],
  ['https://own.example/out', 'GET', true],
])('the guard against private addresses is on or off for %s by %s: %p', async (url, method, isGuarded) => {
  const { sent } = await fetched(url, { method, dispatcher: {} }, async () => new Response())
  expect('dispatcher' in (sent?.[1] ?? {})).toBe(isGuarded)
})
