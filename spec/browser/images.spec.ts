import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { BrowserContextOptions } from 'playwright-core'
import { PASSWORD } from './fixture/pages'
import { SITES } from './fixture/site'
import { onSite, type Visitor } from './fixture/visits'

// The pictures of the README. `npm run images` takes them again. Otherwise the specs only check their sizes.

const FOLDER = resolve(__dirname, '../../docs/images')
const isUpdate = process.env['UPDATE_IMAGES'] === '1'

const LOOKS: readonly (readonly [name: string, width: number, options: BrowserContextOptions])[] = [
  ['light', 480, { colorScheme: 'light' }],
  ['dark', 480, { colorScheme: 'dark' }],
  ['phone', 360, { colorScheme: 'light', isMobile: true, hasTouch: true }],
]

/** The pages, with a height that shows the whole page. */
const PAGES: readonly (readonly [name: string, height: number, go: (visitor: Visitor) => Promise<unknown>])[] = [
  ['login', 560, ({ see }) => see.open('/login')],
  ['register', 1080, ({ see }) => see.open('/register')],
  ['home', 560, signIn],
  ['account', 1330, async visitor => [await signIn(visitor), await visitor.see.open('/account')]],
]

const CASES = PAGES.flatMap(([page, height, go]) =>
  LOOKS.map(look => [`${page}-${look[0]}`, height, go, look] as const),
)

async function signIn({ see }: Visitor): Promise<void> {
  await see.open('/login')
  await see.signIn('alice')
  await see.says('hello alice')
}

/** Reads the width and the height of a PNG. */
const sizeOf = (png: Buffer) => ({ width: png.readUInt32BE(16), height: png.readUInt32BE(20) })

const [[name, open]] = SITES

onSite(name, open, visits => {
  beforeAll(() => visits.site.addUser('alice', PASSWORD))

  test.each(CASES)('docs/images/%s.png has the size that shows the whole page', async (...row) => {
    const [file, height, go, [, width, options]] = row
    const size = { width, height }
    const visitor = await visits.visitor({ ...options, viewport: size })
    await go(visitor)
    expect(await visitor.page.evaluate<number>('document.documentElement.scrollHeight')).toBeLessThanOrEqual(height)
    const path = join(FOLDER, `${file}.png`)
    if (isUpdate) {
      await mkdir(FOLDER, { recursive: true })
      await writeFile(path, await visitor.page.screenshot())
    }
    expect(sizeOf(await readFile(path))).toEqual(size)
  })

  test('the README shows every picture', async () => {
    const readme = await readFile(resolve(FOLDER, '../../README.md'), 'utf8')
    for (const [file] of CASES) expect(readme).toContain(`docs/images/${file}.png`)
  })
})
