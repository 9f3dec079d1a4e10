import { Router } from 'express'
import type { Stores } from '../stores'

/** Serves the probes for monitoring: `/healthz` if the process runs, `/readyz` if it can serve requests. */
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
