import { Router } from 'express'
import { csrfTokenOf } from '../csrf'

export function home(): Router {
  const router = Router()
  router.get('/', (req, res) => {
    const { user, session } = req
    if (!user) return res.render('home')
    const { mechanism, since } = session.login ?? {}
    res.render('home', { user, mechanism, since: since && new Date(since).toISOString(), csrfToken: csrfTokenOf(req) })
  })
  return router
}
