import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { App } from '../../example-app/app'
import { codesIn } from '../docs/blocks'
import { appOn, signIn, tokenIn, visitorOf } from '../example-app/visitor'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

describe.each([
  ['ejabberd', () => startEjabberd({ storage: 'scram', hash: 'sha256' })],
  ['Prosody', () => startProsody()],
] as const)('on a real %s', (_, start) => {
  let server: LiveServer
  let app: App

  beforeAll(async () => {
    server = await start()
    await server.register('user1', 'user1')
    app = appOn(server).app
  })
  afterAll(async () => {
    await app?.close()
    await server?.stop()
  })

  test('a visitor signs in, reads hello user1 and signs out', async () => {
    const visitor = visitorOf(app)
    expect((await visitor.get('/')).text).toContain('hello world')

    await signIn(visitor, 'user1', 'wrong')
    expect((await visitor.get('/login')).text).toContain('Unknown user name or wrong password.')

    await signIn(visitor, 'user1', 'user1')
    const home = (await visitor.get('/')).text
    expect(home).toContain('hello user1')

    await visitor
      .post('/logout')
      .type('form')
      .send({ _csrf: tokenIn(home) })
    expect((await visitor.get('/')).text).toContain('hello world')
  })

  test('ten visitors at once sign in to their own accounts', async () => {
    const names = Array.from({ length: 10 }, (_, n) => `visitor${n}`)
    for (const name of names) await server.register(name, name)
    const homes = await Promise.all(
      names.map(async name => {
        const visitor = visitorOf(app)
        await signIn(visitor, name, name)
        return (await visitor.get('/')).text
      }),
    )

    expect(homes.map(text => /hello (\w+)/.exec(text)?.[1])).toEqual(names)
  })

  test('/readyz answers 200, and names the XMPP server when it does not serve the domain', async () => {
    expect((await visitorOf(app).get('/readyz')).status).toBe(200)
    const { app: mistaken, logged } = appOn(server, { XMPP_DOMAIN: 'elsewhere.example' })
    const { status, text } = await visitorOf(mistaken).get('/readyz')
    await mistaken.close()
    expect([status, text]).toEqual([503, 'the XMPP server cannot be reached\n'])
    expect(logged[0]).toMatchObject({ state: 'unreachable', codes: ['ERR_XMPP_DOMAIN'] })
  })

  test('the first call of docs/api.md works in a shell', async () => {
    const listening = app.listen(0, '127.0.0.1')
    await once(listening, 'listening')
    const { port } = listening.address() as AddressInfo
    const [code = ''] = codesIn('docs/api.md', 'sh')
    const typed = code.replace('http://localhost:5005', `http://127.0.0.1:${port}`)
    const cwd = await mkdtemp(join(tmpdir(), 'api-'))
    const { stdout } = await promisify(execFile)('bash', ['-c', typed], { cwd })
    await rm(cwd, { recursive: true })
    listening.close()

    expect(typed).not.toBe(code)
    expect(stdout).toContain('"jid":"user1@localhost"')
  })

  test('the app shows an error page and lets no visitor in when the server is killed', async () => {
    server.signal('SIGKILL')
    const visitor = visitorOf(app)
    const answer = await signIn(visitor, 'user1', 'user1')

    expect(answer.status).toBe(502)
    expect(answer.text).not.toContain('127.0.0.1')
    expect((await visitor.get('/')).text).toContain('hello world')
  })
})
