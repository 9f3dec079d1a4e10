import { Router } from 'express'
import type { Stores } from '../stores'

/** For whoever watches the app: whether it runs, and whether it can serve anybody. */
export function health(stores: Stores): Router {
  const router = Router()
  router.get('/healthz', (_req, res) => void res.type('text').send('ok\n'))
  router.get('/readyz', async (_req, res) => {
    const ready = await stores.isReady()
    res
      .status(ready ? 200 : 503)
      .type('text')
      .send(ready ? 'ok\n' : 'the store cannot be reached\n')
  })
  return router
}
