import { once } from 'node:events'
import { type AddressInfo, connect } from 'node:net'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { type AppOn, appOn } from './visitor'

/* Requests as no browser sends them, written to a socket by hand. */

let xmpp: BoshServer
let on: AppOn
let port: number
let stop: () => Promise<unknown>

beforeAll(async () => {
  xmpp = await startBoshServer({ domain: 'localhost' })
  on = appOn(xmpp)
  const server = on.app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  ;({ port } = server.address() as AddressInfo)
  stop = () => new Promise(resolve => server.close(resolve))
})

afterAll(async () => {
  await stop()
  await on.app.close()
  await xmpp.close()
})

/** Sends the first lines of a request. Returns everything that comes back. */
async function answerTo(lines: string): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`${lines}\r\nHost: app.example\r\nConnection: close\r\n\r\n`, 'latin1')
  let text = ''
  for await (const part of socket.setEncoding('latin1')) text += part
  return text
}

test.each([
  ['OPTIONS *', 404],
  ['GET *', 404],
  ['HEAD *', 404],
  ['POST *', 404],
  ['DELETE *', 404],
  ['M-SEARCH *', 404],
  ['GET //', 200],
  ['GET //evil.example/login', 404],
  ['GET http://evil.example/login', 200],
  ['GET http://evil.example', 200],
  ['GET http://', 404],
  ['GET http://[', 404],
  ['GET mailto:a', 400],
  ['GET file:///etc/passwd', 404],
  ['GET ?', 400],
  ['GET /%zz', 404],
  ['GET /login/%zz', 404],
  ['GET /docs/%zz', 404],
  ['GET /api/%E0%A4%A', 404],
  ['GET /%00', 404],
  ['GET /style.css%00', 404],
  ['GET /../../etc/passwd', 404],
  ['GET /"x\\y', 404],
  ['GET /login?returnTo=%zz', 200],
  ['GET /?a[__proto__]=1', 200],
  ['TRACE /', 404],
  ['PROPFIND /login', 404],
  ['OPTIONS /login', 200],
])('%s gets %d and logs no error', async (target, status) => {
  on.logged.length = 0
  const answer = await answerTo(`${target} HTTP/1.1`)
  expect(Number(/^HTTP\/1\.1 (\d+) /.exec(answer)?.[1])).toBe(status)
  expect(answer).not.toMatch(/node_modules|Error:/)
  expect(on.logged.filter(({ level }) => level === 'error')).toEqual([])
})

test('CONNECT closes the connection without an answer', async () => {
  expect(await answerTo('CONNECT elsewhere.example:443 HTTP/1.1')).toBe('')
})
