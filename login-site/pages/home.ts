import { Router } from 'express'
import type { AboutVisitor } from '../sessions/about'
import { takeNotice } from '../sessions/notice'

/** @param adminRole role whose members find a link to `/admin` */
export function home(about: AboutVisitor, adminRole: string | undefined): Router {
  const router = Router()
  router.get('/', async (req, res) => {
    const { login } = req.session
    const { name, hasPicture, roles } = await about(req)
    res.render('home', {
      notice: takeNotice(req, '/'),
      ...(req.user && login && { since: new Date(login.since) }),
      name,
      hasPicture,
      isAdmin: adminRole !== undefined && (roles?.includes(adminRole) ?? false),
    })
  })
  return router
}
