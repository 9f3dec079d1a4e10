import express from 'express'
import request from 'supertest'
import { providerLimits } from '../../../identity-provider/endpoints/limits'

/** Asks an app whose store has counted a number of requests, this one included. */
async function asked(path: string, totalHits: number, status = 200) {
  const logEvent = jest.fn()
  const decrement = jest.fn()
  const increment = async () => ({ totalHits, resetTime: new Date(Date.now() + 1_000) })
  const limits = providerLimits({ rateLimit: () => ({ increment, decrement, resetKey() {} }) }, logEvent)
  const app = express()
  app.get('/auth', limits.starts)
  app.get('/session/end', limits.ends)
  app.get('/par', limits.pushed)
  app.get('/token', limits.tokens)
  app.use((_req, res) => void res.sendStatus(status))
  app.use(((error, _req, res, _next) => void res.sendStatus(error.status)) satisfies express.ErrorRequestHandler)
  return { answer: await request(app).get(path), logEvent, decrement }
}

test.each([
  ['/auth', 'oidc-auth', 1_000],
  ['/session/end', 'oidc-end', 1_000],
  ['/par', 'oidc-par', 10_000],
  ['/token', 'oidc-token', 1_000],
])(
  'an address that uses up its requests for %s is refused, and the log names the limit %s',
  async (path, name, most) => {
    expect((await asked(path, most)).answer.status).toBe(200)
    const { answer, logEvent } = await asked(path, most + 1)
    expect(answer.status).toBe(429)
    expect(logEvent).toHaveBeenCalledWith(expect.anything(), 'oidc-limited', { outcome: name })
  },
)

test('a client is told of the limit in JSON', async () => {
  const { answer } = await asked('/token', 1_001)
  expect(answer.body).toMatchObject({ error: 'temporarily_unavailable' })
})

test('only refused requests for tokens count', async () => {
  expect((await asked('/token', 1)).decrement).toHaveBeenCalledTimes(1)
  expect((await asked('/token', 1, 400)).decrement).not.toHaveBeenCalled()
})
