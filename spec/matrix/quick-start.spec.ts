import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codesIn, withImports } from '../docs/blocks'
import { DIRECTORY, NODES, type Started, startAt } from './started'
import { Visitor } from './visitor'

/* What the README tells a newcomer to do, done: an empty folder, its commands, its program as it stands. */

const [commonJs = '', esModule = ''] = codesIn('README.md', 'js')
const directory = 'quick-start'
const url = 'http://localhost:3000'

test('the two programs are one', () => {
  expect(commonJs).toContain(url.slice(-4))
  expect(withImports(commonJs)).toBe(esModule)
})

describe.each(NODES)('on Node %s', node => {
  describe.each([
    ['server.js', commonJs],
    ['server.mjs', esModule],
  ])('%s', (file, code) => {
    let app: Started
    beforeAll(async () => {
      await writeFile(join(DIRECTORY, directory, file), code)
      // Somebody else there would answer in its place.
      await expect(fetch(url)).rejects.toThrow()
      app = await startAt(url, node, { directory, command: [file] })
    })
    afterAll(() => app?.kill())

    test('greets alice, who has the password', async () => {
      const seen = await new Visitor(url, { form: 'username' }).signsIn('alice', 'secret')

      expect(seen).toMatchObject({ status: 302, greeting: 'Hello alice@localhost' })
    })

    test('and nobody who has not', async () => {
      const seen = await new Visitor(url, { form: 'username' }).signsIn('alice', 'guess')

      expect(seen).toMatchObject({ status: 302, greeting: undefined })
    })
  })
})
