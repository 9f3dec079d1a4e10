import { Router } from 'express'
import { csrfTokenOf } from '../csrf'

export function home(): Router {
  const router = Router()
  router.get('/', (req, res) => {
    if (req.user) res.render('home', { user: req.user, csrfToken: csrfTokenOf(req) })
    else res.render('home')
  })
  return router
}
