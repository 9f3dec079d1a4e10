import { Router } from 'express'
import type { Stores } from '../stores'
import type { Reachability } from './reachability'

/** Serves the probes for monitoring: `/healthz` if the process runs, `/readyz` if it can sign visitors in. */
export function health(stores: Stores, xmpp: Reachability): Router {
  const router = Router()
  router.get('/healthz', (_req, res) => void res.type('text').send('ok\n'))
  router.get('/readyz', async (_req, res) => {
    const [isStored, isReachable] = await Promise.all([stores.isReady(), xmpp.check()])
    const faults = [
      ...(isStored ? [] : ['the store cannot be read and written']),
      ...(isReachable ? [] : ['the XMPP server cannot be reached']),
    ]
    res
      .status(faults.length === 0 ? 200 : 503)
      .type('text')
      .send(`${faults.join('\n') || 'ok'}\n`)
  })
  return router
}
