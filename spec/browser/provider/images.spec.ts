import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LOOKS, picture, ROOT } from '../fixture/picture'
import { KIT } from './fixture/chats'
import { PAGES } from './fixture/every-page'
import { inWorld } from './fixture/visits'

// The pictures of docs/identity-provider/pages.md. `npm run images` takes them again.

const DOCUMENT = 'docs/identity-provider/pages.md'
const [name, start] = KIT

const ROWS = PAGES.flatMap(([page, , go]) => LOOKS.map(look => [`${page}-${look[0]}`, go, look] as const))

inWorld(name, start, visits => {
  test.each(ROWS)('docs/images/%s.png shows the whole page', (file, go, look) =>
    picture([file, visitor => go(visitor, visits.world), look], visits.visitor),
  )

  test.each(ROWS)(`${DOCUMENT} shows docs/images/%s.png`, async file => {
    expect(await readFile(join(ROOT, DOCUMENT), 'utf8')).toContain(`images/${file}.png`)
  })
})
