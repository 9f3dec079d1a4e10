import { type BoshServer, startBoshServer } from '../../lib/testing/server'
import { LANGUAGES, type Texts } from '../../login-site/texts'
import { type AppOn, appOn, noticeIn, signIn, visitorOf } from './visitor'

/** Texts that are the same in both languages. */
const SAME = ['docs.title']
/** Names that a text must contain if it takes them. */
const NAMES = ['NAME1', 'NAME2']

/** Returns every text of a language under its path, with names in the places for names. */
function flat(texts: unknown, path: readonly string[] = []): [path: string, text: string][] {
  if (typeof texts === 'string') return [[path.join('.'), texts]]
  if (typeof texts === 'function') return [[path.join('.'), texts(...NAMES.slice(0, texts.length))]]
  return Object.entries(texts as object).flatMap(([key, value]) => flat(value, [...path, key]))
}

const [english, german] = [LANGUAGES.en, LANGUAGES.de].map((texts: Texts) => new Map(flat(texts))) as [
  Map<string, string>,
  Map<string, string>,
]

test('German has exactly the texts of English', () => {
  expect(english.size).toBeGreaterThan(80)
  expect([...german.keys()].sort()).toEqual([...english.keys()].sort())
})

test.each([...english])('the text %s differs in German and takes the same names', (path, text) => {
  const translated = german.get(path)
  if (SAME.includes(path)) expect(translated).toBe(text)
  else expect(translated).not.toBe(text)
  for (const name of NAMES) expect(translated?.includes(name)).toBe(text.includes(name))
})

test('German contains no frequent English word', () => {
  for (const text of german.values()) {
    expect(text).not.toMatch(/\b(?:the|your|you|please|again|server's|password|account|page|user name|sign|not|of)\b/i)
  }
})

test('German addresses the visitor with neither "Sie" nor "du"', () => {
  for (const text of german.values()) expect(text).not.toMatch(/\b(?:Sie|Ihr\w*|du|dein\w*|dich|dir)\b(?! zeigt)/)
})

describe('the language of a page', () => {
  let xmpp: BoshServer
  let on: AppOn

  beforeAll(async () => {
    xmpp = await startBoshServer({ domain: 'localhost', accounts: { user1: 'user1', علي: 'user1' } })
    on = appOn(xmpp)
  })
  afterAll(async () => {
    await on.app.close()
    await xmpp.close()
  })

  test.each([
    ['de', 'de', 'Anmelden'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de', 'Anmelden'],
    ['fr,de;q=0.5,en;q=0.1', 'de', 'Anmelden'],
    ['en-GB,en;q=0.9,de;q=0.8', 'en', 'Sign in'],
    ['fr', 'en', 'Sign in'],
    ['*', 'en', 'Sign in'],
    ['../../etc', 'en', 'Sign in'],
  ])('the login page follows Accept-Language %s', async (accepted, lang, heading) => {
    const { text, headers } = await visitorOf(on.app).get('/login').set('Accept-Language', accepted).expect(200)
    expect(text).toContain(`<html lang="${lang}">`)
    expect(text).toContain(`<h1>${heading}</h1>`)
    expect(headers['vary']).toContain('Accept-Language')
  })

  test('a message is in the language of the page that shows it', async () => {
    const visitor = visitorOf(on.app)
    await signIn(visitor, 'user1', 'a wrong one')
    const { text } = await visitor.get('/login').set('Accept-Language', 'de')
    expect(noticeIn(text)).toBe('Benutzername unbekannt oder Passwort falsch.')
  })

  test('an error page is in the language of the visitor', async () => {
    for (const path of ['/nothing-here', '/%E0%A4%A']) {
      const { text } = await visitorOf(on.app).get(path).set('Accept-Language', 'de').expect(404)
      expect(text).toContain('<h1>Seite nicht gefunden</h1>')
    }
  })

  test('a name from right to left is isolated from the text around it', async () => {
    const visitor = visitorOf(on.app)
    await signIn(visitor, 'علي', 'user1')
    expect((await visitor.get('/')).text).toContain('<h1>hello \u2068علي\u2069</h1>')
    expect((await visitor.get('/account')).text).toContain('<bdi dir="ltr">علي@localhost</bdi>')
  })
})
