import { dialogueNames, headerIn, readDialogue, SERVERS } from '../fixtures/dialogues/dialogue'

const ALL = SERVERS.flatMap(server => dialogueNames(server).map(name => ({ server, name })))

describe.each(SERVERS)('the dialogues with %s', server => {
  const dialogues = dialogueNames(server).map(name => readDialogue(server, name))

  test('have exchanges, and a first line that names them', () => {
    expect(dialogues.length).toBeGreaterThan(75)
    for (const { name, about, exchanges } of dialogues) {
      expect(about.startsWith(`${name}: `)).toBe(true)
      expect(exchanges.length).toBeGreaterThan(0)
    }
  })

  test('have bodies as long as their headers say', () => {
    const wrong = dialogues.flatMap(({ name, exchanges }) =>
      exchanges
        .flatMap(({ request, reply }) => [request, ...(reply.kind === 'reply' ? [reply] : [])])
        .map(({ headers, body }) => ({ name, said: headerIn(headers, 'content-length'), is: Buffer.byteLength(body) }))
        .filter(({ said, is }) => said !== undefined && Number(said) !== is),
    )

    expect(wrong).toEqual([])
  })
})

test('a reader finds connections, times, empty replies, ends without a reply, and closed connections', () => {
  const [, , third] = readDialogue('tigase', 'lib-login-scram-sha-1').exchanges
  expect(third).toMatchObject({ connection: 1, closes: false, reply: { kind: 'reply', status: 200, ms: 105.5 } })
  expect(third?.request).toMatchObject({ method: 'POST', path: '/' })
  expect(readDialogue('tigase', 'lib-login-scram-sha-1').exchanges.at(-1)?.closes).toBe(true)

  const [, auth] = readDialogue('mongooseim', 'lib-plain-emoji-password-known').exchanges
  expect(auth?.reply).toMatchObject({ kind: 'reply', status: 200, body: '' })

  const [lost] = readDialogue('openfire', 'wrong-sid').exchanges
  expect(lost?.reply).toMatchObject({ status: 404, reason: 'Not Found' })
  expect(lost?.reply).toMatchObject({ body: expect.stringMatching(/^<html>\n[^]*<\/html>\n$/) })

  const killed = readDialogue('tigase', 'fail-kill').exchanges.map(({ reply }) => reply.kind)
  expect(killed).toEqual(['reply', 'reply', 'reply', 'cut', 'refused'])

  const shared = readDialogue('tigase', 'shared-connection-closed').exchanges
  expect(shared.map(({ connection }) => connection)).toEqual([1, 1, 2, 2, 1, 2, 3])
  expect(shared[4]).toMatchObject({ closes: true, reply: { kind: 'none' } })
})

test('no dialogue holds a path or a name of the machine that recorded it', () => {
  for (const { server, name } of ALL) {
    for (const { request, reply } of readDialogue(server, name).exchanges) {
      const said = JSON.stringify([request, reply])
      expect(said).not.toMatch(/\/(?:home|root|work|tmp|usr|opt)\//)
      expect(headerIn(request.headers, 'host') ?? '127.0.0.1').toMatch(/^127\.0\.0\.1(?::[0-9]+)?$/)
    }
  }
})
