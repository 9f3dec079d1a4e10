import type { App } from '../../example-app/app'
import { appOn, signIn, tokenIn, visitorOf } from '../example-app/visitor'
import { startEjabberd } from './servers/ejabberd'
import type { LiveServer } from './servers/live-server'
import { startProsody } from './servers/prosody'

describe.each([
  ['ejabberd', () => startEjabberd({ storage: 'scram', hash: 'sha256' })],
  ['Prosody', () => startProsody()],
] as const)('the example app on a real %s', (_, start) => {
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

  test('a visitor signs in, reads hello user1, and signs out', async () => {
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

  test('ten visitors at once: each is who they are', async () => {
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

  test('killed in mid-life: an error page with its status, and no way in', async () => {
    server.signal('SIGKILL')
    const visitor = visitorOf(app)
    const answer = await signIn(visitor, 'user1', 'user1')

    expect(answer.status).toBe(502)
    expect(answer.text).not.toContain('127.0.0.1')
    expect((await visitor.get('/')).text).toContain('hello world')
  })
})
