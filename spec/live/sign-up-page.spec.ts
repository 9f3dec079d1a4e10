import { Authenticator } from '../../lib'
import { is26, type ShippedServer, startShipped } from './servers/shipped'

// ejabberd's own page for new accounts (mod_register_web), which is in ejabberd-26.yml. Before 26.07 its captcha can be
// left out, so an older version must not have the page at all.

const password = 'correct horse battery'

describe('with ejabberd.yml', () => {
  let server: ShippedServer
  beforeAll(async () => {
    server = await startShipped()
  })
  afterAll(() => server?.stop())

  test.each(['', 'new', 'new/', 'register', 'register/', 'register/new/', 'change_password/', 'delete/'])(
    'the path /%s answers 404',
    async path => {
      const url = new URL(`/${path}`, server.url)

      expect((await fetch(url, { redirect: 'manual' })).status).toBe(404)
      expect((await submit(url, account('mallory'))).status).toBe(404)
    },
  )

  test('a form without the captcha makes no account', async () => {
    for (const path of ['/new/', '/register/new/', '/bosh/new/', '/captcha/new/']) {
      await submit(new URL(path, server.url), account('mallory'))
    }

    expect(await signsIn(server, 'mallory')).toBe(false)
  })
})

if (!is26) {
  test('this version refuses ejabberd-26.yml and names the reason', async () => {
    await expect(startShipped({ config: 'ejabberd-26.yml' })).rejects.toThrow(
      /^ejabberd did not start: (.|\n)*auth_stored_password_types/,
    )
  })
} else {
  describe('with ejabberd-26.yml', () => {
    let server: ShippedServer
    let origin: string
    beforeAll(async () => {
      server = await startShipped({
        config: 'ejabberd-26.yml',
        values: { REGISTRATION_TIMEOUT: 'infinity', CAPTCHA_LIMIT: 'infinity' },
      })
      origin = `http://127.0.0.1:${server.ports['REGISTER_PORT']}`
    })
    afterAll(() => server?.stop())

    /** Opens the page as a browser does, with its picture. */
    async function open() {
      const page = await (await fetch(`${origin}/new/`)).text()
      const id = /name='id' value='([^']+)'/.exec(page)?.[1]
      const image = /<img src='[^']+(\/captcha\/[^']+)'/.exec(page)?.[1]
      if (id === undefined || image === undefined) throw new Error('a page without a captcha')
      const picture = await fetch(`${origin}${image}`)
      return { page, id, picture, key: await server.captchaText() }
    }
    const signUp = (fields: Readonly<Record<string, string>>) => submit(new URL(`${origin}/new/`), fields)

    test('the page has the fields of an account and a picture', async () => {
      const { page, picture } = await open()

      for (const name of ['username', 'host', 'password', 'password2', 'key']) expect(page).toContain(`name='${name}'`)
      expect(picture.status).toBe(200)
      expect(picture.headers.get('content-type')).toBe('image/png')
    })

    test('the right answer makes an account', async () => {
      const { id, key } = await open()

      expect(await signUp({ ...account('alice'), id, key })).toMatchObject({ status: 200 })
      expect(await signsIn(server, 'alice')).toBe(true)
    })

    test('the right answer makes only one account', async () => {
      const { id, key } = await open()

      expect(await signUp({ ...account('bob'), id, key })).toMatchObject({ status: 200 })
      expect(await signUp({ ...account('carol'), id, key })).toMatchObject(refusal)
      expect(await signsIn(server, 'carol')).toBe(false)
    })

    test('the right answer makes no account after a wrong one', async () => {
      const { id, key } = await open()

      expect(await signUp({ ...account('dave'), id, key: `${key}0` })).toMatchObject(refusal)
      expect(await signUp({ ...account('dave'), id, key })).toMatchObject(refusal)
      expect(await signsIn(server, 'dave')).toBe(false)
    })

    test.each([
      ['a form without id and key', {}],
      ['a form without an id', { key: '123456' }],
      ['a form without a key', { id: 'true' }],
      ['a form with empty id and key', { id: '', key: '' }],
      ['a form with an unknown id', { id: 'abcdefgh', key: '123456' }],
    ])('the page makes no account for %s', async (_, sent) => {
      const { id, key } = await open()
      const missing = {
        ...('id' in sent && { id: sent.id === 'true' ? id : sent.id }),
        ...('key' in sent && { key: sent.key }),
      }

      expect(key).toMatch(/^\d+$/)
      expect(await signUp({ ...account('mallory'), ...missing })).toMatchObject(refusal)
      expect(await signsIn(server, 'mallory')).toBe(false)
    })

    test('an existing account keeps its password when its name signs up again', async () => {
      await server.addUser('erin', password)
      const { id, key } = await open()

      expect(await signUp({ ...account('erin', 'another horse battery'), id, key })).toMatchObject({ status: 404 })
      expect(await signsIn(server, 'erin')).toBe(true)
    })

    test.each(['change_password', 'change_password/', 'delete', 'delete/', '/delete/', '%64elete/'])(
      'the path /%s, which asks for no captcha, answers 404',
      async path => {
        await server.addUser('frank', password).catch(error => expect(String(error)).toContain('already'))
        const fields = { ...account('frank'), passwordold: password, changepass: '1', unregister: '1' }

        expect(await submit(new URL(`${origin}/${path}`), fields)).toMatchObject({ status: 404 })
        expect(await signsIn(server, 'frank')).toBe(true)
      },
    )
  })
}

const refusal = { status: 404, text: expect.stringMatching(/captcha you entered is wrong|captcha_not_valid/) }

const account = (username: string, chosen = password) => ({
  username,
  host: 'localhost',
  password: chosen,
  password2: chosen,
  register: 'Register',
})

async function submit(url: URL, fields: Readonly<Record<string, string>>): Promise<{ status: number; text: string }> {
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(fields) })
  return { status: response.status, text: (await response.text()).toLowerCase() }
}

async function signsIn(server: ShippedServer, username: string): Promise<boolean> {
  const authenticator = new Authenticator({ service: server.url, domain: server.domain, failureDelay: 0 })
  try {
    await authenticator.authenticate({ username, password })
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: 'invalid-credentials' })
    return false
  } finally {
    await authenticator.close()
  }
}
