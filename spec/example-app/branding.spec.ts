import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { accentOf } from '../../login-site/branding/accent'
import { readBranding } from '../../login-site/branding/branding'
import { ConfigError } from '../../login-site/config/readers'
import { appOn, visitorOf } from './visitor'

const NOWHERE = { url: 'http://127.0.0.1:9/not-called' }
const SVG =
  '<?xml version="1.0"?>\n<!-- a logo --><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'branding-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Buffer): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

/** Runs `look` with an app configured by `env`. */
async function onApp<T>(env: Record<string, string>, look: (visitor: ReturnType<typeof visitorOf>) => Promise<T>) {
  const { app } = appOn(NOWHERE, env)
  try {
    return await look(visitorOf(app))
  } finally {
    await app.close()
  }
}

test.each<[string, string]>([
  ['APP_NAME', 'x'.repeat(61)],
  ['APP_NAME', 'two\nlines'],
  ['HELP_URL', 'example.com/help'],
  ['HELP_URL', 'javascript:alert(1)'],
  ['HELP_URL', 'https://user:secret@example.com/'],
  ['BASE_PATH', 'login'],
  ['BASE_PATH', '/a//b'],
  ['BASE_PATH', '//evil.example'],
  ['BASE_PATH', '/../a'],
  ['BASE_PATH', '/a b'],
  ['BASE_PATH', '/a?x'],
  ['BASE_PATH', `/${'x'.repeat(100)}`],
  ['LOGO_FILE', '/nothing/there.svg'],
  ['LOGO_FILE', '/dev/zero'],
  ['LOGO_FILE', __dirname],
  ['LOGO_FILE', __filename],
  ['ACCENT_COLOR', 'blue'],
  ['ACCENT_COLOR', '#25c'],
  ['ACCENT_COLOR', '#2456c5;}'],
])('the error of %s begins with its name and does not contain a password when the value is %j', (name, value) => {
  expect(() => readBranding({ [name]: value }, 'Site')).toThrow(ConfigError)
  expect(() => readBranding({ [name]: value }, 'Site')).toThrow(new RegExp(`^${name} (?!.*secret)`))
})

describe('APP_NAME', () => {
  test('the name is in the head and the title of every page and stays text', async () => {
    await onApp({ APP_NAME: 'Chat & <b>Co</b>' }, async visitor => {
      for (const path of ['/', '/login', '/nothing-here', '/docs']) {
        const { text } = await visitor.get(path)
        expect(text).toMatch(/<title>[^<]+ · Chat &amp; &lt;b&gt;Co&lt;\/b&gt;<\/title>/)
        expect(text).toContain('<bdi>Chat &amp; &lt;b&gt;Co&lt;/b&gt;</bdi>')
        expect(text).not.toContain('Example app')
      }
    })
  })
})

describe('HELP_URL', () => {
  test('the login page leads to it for a forgotten password, and every page for help', async () => {
    await onApp({ HELP_URL: 'https://example.com/help?a=1&b=2' }, async visitor => {
      const link = 'href="https://example.com/help?a=1&amp;b=2"'
      expect((await visitor.get('/login')).text).toContain(`<a ${link}>Forgot your password?</a>`)
      for (const path of ['/', '/nothing-here']) expect((await visitor.get(path)).text).toContain(`<a ${link}>Help</a>`)
    })
  })

  test('the login page names the administrator of the domain when HELP_URL is not set', async () => {
    await onApp({ XMPP_DOMAIN: 'chat.example' }, async visitor => {
      expect((await visitor.get('/login')).text).toMatch(
        /Forgot your password\?<\/summary><p>It cannot be reset here\. The administrator of chat\.example can/,
      )
    })
  })
})

describe('LOGO_FILE', () => {
  test.each<[string, string | Buffer, string]>([
    ['an SVG file', SVG, 'image/svg+xml'],
    ['a PNG file', PNG, 'image/png'],
    ['a JPEG file', Buffer.from('ffd8ffe000104a464946', 'hex'), 'image/jpeg'],
    ['a GIF file', 'GIF89a', 'image/gif'],
    ['a WebP file', 'RIFF\0\0\0\0WEBPVP8 ', 'image/webp'],
  ])('%s is served under its own type, whatever its name is, and can run no script', async (_, content, type) => {
    await onApp({ LOGO_FILE: file('logo.html', content) }, async visitor => {
      const { text } = await visitor.get('/login')
      const [, path = ''] = /<img src="(\/logo-[^"]+)" alt=""/.exec(text) ?? []
      expect(text).toContain(`<link rel="icon" href="${path}" type="${type}">`)
      const { headers, body } = await visitor.get(path).buffer().expect(200)
      expect(headers['content-type']).toBe(type)
      expect(headers['x-content-type-options']).toBe('nosniff')
      expect(headers['content-security-policy']).toBe(
        "default-src 'none';style-src 'unsafe-inline';sandbox;frame-ancestors 'none'",
      )
      expect(Buffer.from(body).equals(Buffer.from(content))).toBe(true)
      await visitor.get('/favicon.ico').expect(302).expect('Location', path)
    })
  })

  test.each<[string, () => string]>([
    ['is a page', () => file('page.svg', '<!doctype html><html><svg></svg></html>')],
    ['is text that mentions an SVG', () => file('text.svg', 'An <svg> element')],
    ['is empty', () => file('empty.png', '')],
    ['is larger than 256 KiB', () => file('large.png', Buffer.concat([PNG, Buffer.alloc(256 * 1024)]))],
    ['is a folder', () => folder],
    ['has thousands of comments and no picture', () => file('comments.svg', `${'<!-- -->'.repeat(20_000)}<b>`)],
  ])('the app does not start when the file %s', (_, create) => {
    const path = create()
    expect(() => readBranding({ LOGO_FILE: path }, 'Site')).toThrow(/^LOGO_FILE must be the path of a/)
  })

  test('favicon.ico leads to the logo of the app when LOGO_FILE is not set', async () => {
    await onApp({}, async visitor => {
      await visitor.get('/favicon.ico').expect(302).expect('Location', '/icon.svg')
      const { headers } = await visitor.get('/icon.svg').expect(200)
      expect(headers['content-type']).toMatch(/^image\/svg\+xml/)
    })
  })
})

describe('ACCENT_COLOR', () => {
  test('the colour is in a style sheet of the site after the one of the app', async () => {
    await onApp({ ACCENT_COLOR: '#7A1FA2' }, async visitor => {
      const { text } = await visitor.get('/login')
      const [, path = ''] =
        /<link rel="stylesheet" href="\/style\.css"><link rel="stylesheet" href="([^"]+)">/.exec(text) ?? []
      const style = await visitor.get(path).expect(200).expect('Content-Type', 'text/css; charset=utf-8')
      expect(style.text).toContain(':root{--accent:#7a1fa2;')
      expect(text).not.toContain('7a1fa2')
    })
  })

  test.each([
    ['#ffcc00', '1.37'],
    ['#ffffff', '1.00'],
    ['#777777', '4.07'],
  ])(
    'the app does not start and names the ratio and a colour that is legible when the colour is %s',
    (color, ratio) => {
      const start = (value: string) => accentOf({ ACCENT_COLOR: value }, 'ACCENT_COLOR')
      expect(() => start(color)).toThrow(
        new RegExp(
          `^ACCENT_COLOR ${color} has a contrast of ${ratio}:1 with a light page, and needs 4.5:1: try #[0-9a-f]{6}$`,
        ),
      )
      const [, better = ''] = /try (#\w+)/.exec(messageOf(() => start(color))) ?? []
      expect(start(better)?.light.accent).toBe(better)
    },
  )

  test.each(['#000000', '#2456c5', '#7a1fa2', '#b00020', '#006400'])(
    'the variant of %s is legible on a dark page',
    color => {
      const accent = accentOf({ ACCENT_COLOR: color }, 'ACCENT_COLOR')
      for (const background of ['#12141a', '#1b1f28']) {
        expect(ratio(accent?.dark.accent ?? '', background)).toBeGreaterThanOrEqual(4.5)
      }
      expect(ratio(accent?.dark.accent ?? '', accent?.dark.on ?? '')).toBeGreaterThanOrEqual(4.5)
      expect(ratio(color, '#ffffff')).toBeGreaterThanOrEqual(4.5)
    },
  )
})

function messageOf(act: () => unknown): string {
  try {
    act()
    return ''
  } catch (reason) {
    return (reason as Error).message
  }
}

/** Computes the contrast ratio of WCAG 2.2 apart from the app. */
function ratio(one: string, other: string): number {
  const [a = 0, b = 0] = [one, other]
    .map(color => {
      const [r = 0, g = 0, b = 0] = [1, 3, 5].map(at => {
        const c = Number.parseInt(color.slice(at, at + 2), 16) / 255
        return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4
      })
      return 0.2126 * r + 0.7152 * g + 0.0722 * b
    })
    .sort((x, y) => y - x)
  return (a + 0.05) / (b + 0.05)
}
