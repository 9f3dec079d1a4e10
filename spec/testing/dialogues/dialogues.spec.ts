import { type BoshServer, startBoshServer } from '../../../lib/testing/server'
import { readDialogue, type Server } from '../../fixtures/dialogues/dialogue'
import { DOMAINS, SETTINGS, type Setting } from './cases'
import { replay } from './replay'

/*
 * The test kit gets the requests of recorded dialogues with four real servers, and answers as these did. What is left out
 * of the comparison stands in shape.ts.
 */

const CASES = Object.entries(SETTINGS).flatMap(([server, settings]) =>
  settings.flatMap(setting => setting.names.map(name => [server as Server, name, setting] as const)),
)

describe.each(Object.keys(SETTINGS) as Server[])('as %s', personality => {
  let server: BoshServer | undefined
  afterEach(async () => {
    await server?.close()
    server = undefined
  })

  const start = async ({ accounts = {}, options, prepare, faults = [] }: Setting): Promise<BoshServer> => {
    const domain = DOMAINS[personality]
    const kit = await startBoshServer({ domain, accounts, personality, answerPause: 0, ...options })
    prepare?.(kit)
    for (const fault of faults) kit.fault(fault)
    return kit
  }

  test.each(CASES.filter(([of]) => of === personality))(
    'the test kit answers as %s in %s',
    async (_, name, setting) => {
      server = await start(setting)
      const pairs = await replay(server.url, readDialogue(personality, name), {
        passwordOf: username => setting.accounts?.[username.toLowerCase()] ?? '',
      })

      expect(pairs.length).toBeGreaterThan(0)
      expect(pairs.map(({ played }) => played)).toEqual(pairs.map(({ recorded }) => recorded))
    },
  )
})
