import { Router } from 'express'
import { takeNotice } from '../sessions/notice'

export function home(): Router {
  const router = Router()
  router.get('/', (req, res) => {
    const { login } = req.session
    res.render('home', { notice: takeNotice(req, '/'), ...(req.user && login && { since: new Date(login.since) }) })
  })
  return router
}
