import { Router } from 'express'
import { takeNotice } from '../sessions/notice'

// UTC, since a page without scripts does not know the visitor's time zone.
const READABLE = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

export function home(): Router {
  const router = Router()
  router.get('/', (req, res) => {
    const { user, session } = req
    const notice = takeNotice(req, '/')
    if (!user || !session.login) return res.render('home', { notice })
    const { mechanism } = session.login
    const since = new Date(session.login.since)
    res.render('home', {
      notice,
      user,
      mechanism,
      since,
      readable: READABLE.format(since),
    })
  })
  return router
}
