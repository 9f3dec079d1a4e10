import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { codesIn, withImports } from '../docs/blocks'
import { DIRECTORY, NODES, type Started, startAt } from './started'
import { Visitor } from './visitor'

/* The quick start of the README, followed to the letter: an empty folder, its commands, its program. */

const [commonJs = '', esModule = ''] = codesIn('README.md', 'js')
const directory = 'quick-start'
const url = 'http://localhost:3000'

test('the two programs differ only in their imports', () => {
  expect(commonJs).toContain(url.slice(-4))
  expect(withImports(commonJs)).toBe(esModule)
})

describe.each(NODES)('on Node %s', node => {
  describe.each([
    ['server.js', commonJs],
    ['server.mjs', esModule],
  ])('with %s', (file, code) => {
    let app: Started
    beforeAll(async () => {
      await writeFile(join(DIRECTORY, directory, file), code)
      // Another process at that port would answer in its place.
      await expect(fetch(url)).rejects.toThrow()
      app = await startAt(url, node, { directory, command: [file] })
    })
    afterAll(() => app?.kill())

    test('the app greets alice when the password is right', async () => {
      const seen = await new Visitor(url, { form: 'username' }).signsIn('alice', 'secret')

      expect(seen).toMatchObject({ status: 302, greeting: 'Hello alice@localhost' })
    })

    test('the app greets no visitor when the password is wrong', async () => {
      const seen = await new Visitor(url, { form: 'username' }).signsIn('alice', 'guess')

      expect(seen).toMatchObject({ status: 302, greeting: undefined })
    })

    test('the app shows none of the reason of an error and logs it', async () => {
      const reply = await fetch(`${url}/login`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded; charset=unknown' },
        body: 'username=alice',
      })

      expect([reply.status, await reply.text()]).toEqual([415, 'Please try again later'])
      await app.kill() // its output up to the answer has been read then
      expect(app.said()).toMatch(/unsupported charset/)
    })
  })
})
