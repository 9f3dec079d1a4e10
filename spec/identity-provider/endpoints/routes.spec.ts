import express, { type RequestHandler } from 'express'
import request from 'supertest'
import { clientRoutes, visitorRoutes } from '../../../identity-provider/endpoints/routes'

const limited =
  (name: string): RequestHandler =>
  (_req, res, next) => {
    res.append('limited', name)
    next()
  }

function app() {
  const options = {
    handler: ((_req, res) => void res.sendStatus(200)) satisfies RequestHandler,
    limits: { starts: limited('starts'), ends: limited('ends'), pushed: limited('pushed'), tokens: limited('tokens') },
    mount: '/oidc',
  }
  return express().use(clientRoutes(options), visitorRoutes(options))
}

test.each([
  ['/oidc/auth', 'starts'],
  ['/oidc/AUTH/', 'starts'],
  ['/oidc/session/end', 'ends'],
  ['/oidc/session/end/', 'ends'],
  ['/oidc/par', 'pushed'],
  ['/oidc/token', 'tokens'],
  ['/oidc/me', 'tokens'],
])('%s, which strangers can fill the store or guess by, counts as one of %s', async (path, name) => {
  expect((await request(app()).get(path)).headers['limited']).toBe(name)
  expect((await request(app()).post(path)).headers['limited']).toBe(name)
})
