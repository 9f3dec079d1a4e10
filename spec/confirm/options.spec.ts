import { Confirmations } from '../../lib/confirm/confirmations'
import { MemoryConfirmStore } from '../../lib/confirm/memory-store'
import type { ConfirmationsOptions } from '../../lib/confirm/options'
import { bench, chat, FakeAccount } from '../fixtures/confirm/people'

const ALICE = 'alice@b.test'

const right = (): ConfirmationsOptions => ({
  account: new FakeAccount(),
  site: 'app.example',
  url: 'https://app.example/login',
  allow: 'b.test',
})

test.each<[string, object, string | RegExp]>([
  ['an unknown name', { lifeTime: 60_000 }, 'unknown option `lifeTime`; did you mean `lifetime`?'],
  ['no account', { account: undefined }, 'option `account` must be a ServiceAccount'],
  ['an account that is a text', { account: 'login@a.test' }, 'option `account` must be a ServiceAccount'],
  [
    'an account without a JID',
    { account: { ...new FakeAccount(), jid: 'a.test' } },
    'option `account` must be a ServiceAccount',
  ],
  ['no site', { site: undefined }, /^option `site` must be/],
  ['an empty site', { site: '' }, /^option `site` must be/],
  ['a site of two lines', { site: 'a\nb' }, /^option `site` must be/],
  ['a site with a bidi character', { site: 'a\u202eb' }, /^option `site` must be/],
  ['a site with a placeholder', { site: '{place}' }, /^option `site` must be/],
  ['a long site', { site: 'a'.repeat(81) }, /^option `site` must be/],
  ['no url', { url: undefined }, /^option `url` must be the https: URL/],
  ['an http: url', { url: 'http://app.example/login' }, /^option `url` must be the https: URL/],
  ['a url that is none', { url: 'app.example' }, /^option `url` must be the https: URL/],
  ['a url with a password', { url: 'https://a:b@app.example/' }, /^option `url` must be the https: URL/],
  ['a url with a fragment', { url: 'https://app.example/#login' }, /^option `url` must be the https: URL/],
  ['no allow', { allow: undefined }, /^option `allow` must be a domain/],
  ['an empty allow', { allow: [] }, /^option `allow` must be a domain/],
  ['an allow with an empty domain', { allow: ['b.test', ''] }, /^option `allow` must be a domain/],
  ['a star among domains', { allow: ['*'] }, /^option `allow` must be a domain/],
  ['a JID in allow', { allow: ALICE }, /^option `allow` must be a domain/],
  ['allow that is true', { allow: true }, /^option `allow` must be a domain/],
  ['a short lifetime', { lifetime: 29_999 }, 'option `lifetime` must be an integer from 30000 to 900000'],
  ['a long lifetime', { lifetime: 900_001 }, 'option `lifetime` must be an integer from 30000 to 900000'],
  ['a dialog that is a text', { dialog: 'yes' }, 'option `dialog` must be true or false'],
  ['a code that is true', { code: true }, "option `code` must be 'ask', 'alone' or false"],
  ['a store that is none', { store: { add: () => {} } }, 'option `store` must be a ConfirmStore: it has no get()'],
  ['asks that are a number', { asks: 3 }, 'option `asks` must be an object'],
  ['an unknown limit', { asks: { perJID: 3 } }, 'unknown option `asks.perJID`; did you mean `asks.perJid`?'],
  ['a limit of 0', { asks: { perJid: 0 } }, 'option `asks.perJid` must be an integer from 1 to 100'],
  ['a short window', { asks: { window: 1 } }, 'option `asks.window` must be an integer from 60000 to 86400000'],
  ['texts that are a text', { texts: 'Hello' }, 'option `texts` must be an object'],
  ['an unknown text', { texts: { qestion: 'x' } }, 'unknown option `texts.qestion`; did you mean `texts.question`?'],
  ['a text that is a number', { texts: { question: 1 } }, 'option `texts.question` must be a text'],
  ['an onStop that is true', { onStop: true }, 'option `onStop` must be a function'],
])('Confirmations refuse %s', (_, wrong, message) => {
  const create = () => new Confirmations({ ...right(), ...wrong } as ConfirmationsOptions)
  expect(create).toThrow(TypeError)
  expect(create).toThrow(message)
})

test.each<[string, Partial<ConfirmationsOptions>]>([
  ['an http: url of a loopback address', { url: 'http://127.0.0.1:3000/login' }],
  ['an http: url of localhost', { url: 'http://localhost:3000/login' }],
  ['an http: url of the IPv6 loopback address', { url: 'http://[::1]:3000/login' }],
  [
    'options that are undefined',
    { lifetime: undefined, store: undefined, asks: undefined, texts: undefined } as object,
  ],
  ['a store of the app', { store: new MemoryConfirmStore() }],
])('Confirmations take %s', (_, options) => {
  expect(new Confirmations({ ...right(), ...options }).bot).toBe('login@a.test')
})

test('a visitor that is no object and a dialog that is a text are a TypeError', async () => {
  const { confirmations } = bench()

  await expect(confirmations.start({ visitor: 'x' as unknown as object })).rejects.toThrow(TypeError)
  await expect(confirmations.start({ visitor: { dialog: 'x' as unknown as boolean } })).rejects.toThrow(
    'option `dialog` must be true or false',
  )
  await expect(confirmations.start('alice@b.test' as unknown as object)).rejects.toThrow('request must be an object')
})

test.each([[5], [{}], [['a']], ['x'.repeat(36)], ['de_AT'], ['../de'], ['de\n']])(
  'a language that is no language tag (%j) is left out',
  async language => {
    const { start, store } = bench()
    const { id } = await start(ALICE, { language: language as string })

    expect(await store.get(id)).not.toHaveProperty('language')
  },
)

test('texts replace the default ones, and undefined replaces none', async () => {
  const { start, say, account } = bench({
    texts: { question: '{site}: {place}? {site}', help: undefined } as object,
  })
  await start(ALICE, { place: 'Firefox' })
  const [help] = await say(`${ALICE}/x`, 'hello')

  expect(account.told[0]?.text).toBe('app.example: Firefox? app.example')
  expect(help?.text).toMatch(/^To sign in to app\.example/)
})

test('a function of texts gets the language of the visitor', async () => {
  const { start, account } = bench({
    texts: language => (language === 'fr' ? { question: 'Se connecter à {site} ?' } : {}),
  })
  await start(ALICE, { language: 'fr' })
  await start('bob@b.test', { language: 'de' })

  expect(account.told[0]?.text).toBe('Se connecter à app.example ?')
  expect(account.told[1]?.text).toMatch(/^Bei app\.example anmelden\?/)
})

test('lifetime is the time for which a request waits', async () => {
  const { start, clock, confirmations, account } = bench({ lifetime: 30_000 })
  const { id, view } = await start(ALICE)
  expect(view.expiresAt).toBe(clock.date() + 30_000)
  expect(account.told[0]?.xml).toContain("seconds='30'")
  clock.advance(30_000)

  expect(await confirmations.waiting(id)).toBeUndefined()
})

test('an answer to a message of a language is in that language, and a tag that is none counts for nothing', async () => {
  const languages: (string | undefined)[] = []
  const { hear } = bench({
    texts: language => {
      languages.push(language)
      return {}
    },
  })
  const code = (lang: string) => chat('bob@b.test/x', 'AAAA-0000').replace('<message', `<message xml:lang='${lang}'`)

  const [answer] = await hear(code('de'))
  await hear(code('../../etc'))

  expect(answer?.text).toMatch(/^Dieser Code ist nicht g\u00fcltig/)
  expect(languages).toEqual(['de', undefined])
})
