import { randomInt } from 'node:crypto'
import { Authenticator } from '../../lib'
import { type BoshServer, startBoshServer } from '../../lib/testing/server'

/*
 * Tigase closes every connection that carried a session when that session ends. A login must not lose a connection that
 * another login has used. bench/logins-at-once.js does the same with 1,000 logins and the pauses of the real server.
 */

const LOGINS = 200
const PAUSE_MS = 10

let server: BoshServer
let authenticator: Authenticator
beforeEach(async () => {
  const accounts = { user1: 'user1' }
  server = await startBoshServer({ domain: 'localhost', accounts, personality: 'tigase', answerPause: PAUSE_MS })
  authenticator = new Authenticator({ service: server.url, domain: 'localhost' })
})
afterEach(async () => {
  await authenticator.close()
  // A creation that was sent on a closing connection would have left one.
  expect(server.sessions).toEqual([])
  await server.close()
})

const logIn = () =>
  authenticator.authenticate({ username: 'user1', password: 'user1' }).then(
    () => 'in',
    error => String(error.code),
  )
const allIn = Array.from({ length: LOGINS }, () => 'in')

test.each([16, 32, 50])('right logins to Tigase all succeed when %i run at once', async atOnce => {
  const outcomes: string[] = []
  let left = LOGINS
  const one = async () => {
    while (left-- > 0) outcomes.push(await logIn())
  }
  await Promise.all(Array.from({ length: atOnce }, one))

  expect(outcomes).toEqual(allIn)
})

test('right logins to Tigase all succeed when they begin at random', async () => {
  const outcomes: Promise<string>[] = []
  while (outcomes.length < LOGINS) {
    outcomes.push(logIn())
    await new Promise(resolve => setTimeout(resolve, randomInt(20)))
  }

  expect(await Promise.all(outcomes)).toEqual(allIn)
})
