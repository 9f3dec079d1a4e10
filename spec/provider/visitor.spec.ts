import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { certificateOf } from './servers/tls'
import { newVisitor } from './visitor/visitor'

/* The browser without a screen, where the other specs rely on what it refuses and on what it does by itself. */

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close()
    server.closeAllConnections()
  }
})

/** Starts a site on a host of loopback. */
async function site(host: string, listener: RequestListener): Promise<string> {
  const server = createServer(certificateOf(host), listener).listen(0, host)
  servers.push(server)
  await once(server, 'listening')
  return `https://${host}:${(server.address() as AddressInfo).port}`
}

const html = { 'Content-Type': 'text/html' }
const FORM = '<form method="post" action="/sent"><input name="a" value="b"><button>Send</button></form>'

test.each([
  ["form-action 'self'", false],
  ["default-src 'none'; form-action 'self' ELSEWHERE", true],
  ["default-src 'none'", true],
])('a form leads by a redirect to another site with the policy %s: %p', async (policy, isAllowed) => {
  const elsewhere = await site('127.0.0.21', (_req, res) => res.end('there'))
  const here = await site('127.0.0.20', (req, res) => {
    if (req.method === 'POST') res.writeHead(303, { Location: elsewhere }).end()
    else res.writeHead(200, { ...html, 'Content-Security-Policy': policy.replace('ELSEWHERE', elsewhere) }).end(FORM)
  })
  const visitor = newVisitor()
  const sent = visitor.submit(await visitor.open(here))

  if (isAllowed) expect((await sent).text).toBe('there')
  else await expect(sent).rejects.toThrow('form-action')
})

test.each([
  ['<meta http-equiv="refresh" content="0;url=/next">', true],
  ['<meta http-equiv="refresh" content="1;url=/next">', false],
  ['<form action="/next"></form><script>document.forms[0].submit()</script>', true],
  ['<form action="/other"></form><form data-submit action="/next"></form><script src="submit.js"></script>', true],
  ['<form action="/next"><button>Next</button></form>', false],
])('a page leads on by itself with %s: %p', async (page, leads) => {
  const here = await site('127.0.0.20', (req, res) =>
    res.writeHead(200, html).end(req.url?.startsWith('/next') ? 'next' : page),
  )

  expect((await newVisitor().open(here)).text === 'next').toBe(leads)
})

test('cookies stay with their host, and a form of another site sends no cookie that is Lax', async () => {
  const cookies: (string | undefined)[] = []
  const here = await site('127.0.0.20', (req, res) => {
    cookies.push(req.headers.cookie)
    res
      .writeHead(200, { ...html, 'Set-Cookie': ['lax=1; SameSite=Lax; Secure', 'none=1; SameSite=None; Secure'] })
      .end('here')
  })
  const elsewhere = await site('127.0.0.21', (req, res) => {
    cookies.push(req.headers.cookie)
    res.writeHead(200, html).end(FORM.replace('/sent', here))
  })
  const visitor = newVisitor()
  await visitor.open(here)
  await visitor.open(here)
  await visitor.submit(await visitor.open(elsewhere))

  expect(cookies).toEqual([undefined, 'lax=1; none=1', undefined, 'none=1'])
})
