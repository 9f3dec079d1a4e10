import { Router } from 'express'
import { ADMINS } from '../config/roles'
import type { AboutVisitor } from '../sessions/about'
import { takeNotice } from '../sessions/notice'

export function home(about: AboutVisitor): Router {
  const router = Router()
  router.get('/', async (req, res) => {
    const { login } = req.session
    const { name, hasPicture, roles } = await about(req)
    res.render('home', {
      notice: takeNotice(req, '/'),
      ...(req.user && login && { since: new Date(login.since) }),
      name,
      hasPicture,
      isAdmin: roles?.includes(ADMINS) ?? false,
    })
  })
  return router
}
