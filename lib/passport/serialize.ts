import { parsePreparedJid } from '../jid'
import { type Profile, profileOf } from './profile'

/**
 * Puts the bare JID of the user, and nothing else, into the session. Pass it to `passport.serializeUser`.
 *
 * Calls `done` with a `TypeError` if `user.jid` is not a JID as the strategy creates it. A user from the app's own
 * database may lack one: write a serializer for such users.
 *
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto'
 * import express from 'express'
 * import session from 'express-session'
 * import passport from 'passport'
 * import { deserializeUser, serializeUser, Strategy } from 'passport-xmpp-bosh'
 *
 * passport.use(new Strategy({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' }))
 * passport.serializeUser(serializeUser)
 * passport.deserializeUser(deserializeUser)
 *
 * const secret = randomBytes(32).toString('hex') // a fixed secret keeps sessions alive over a restart
 * const app = express()
 * app.use(express.urlencoded({ extended: false }))
 * app.use(session({ secret, resave: false, saveUninitialized: false }))
 * app.use(passport.session())
 * app.post('/login', passport.authenticate('xmpp-bosh', { successRedirect: '/', failureRedirect: '/' }))
 * app.get('/', (req, res) => {
 *   res.json(req.user ?? null)
 * })
 * ```
 */
export function serializeUser(user: object, done: (error: unknown, jid?: string) => void): void {
  const { jid } = user as { jid?: unknown }
  if (typeof jid === 'string' && parsePreparedJid(jid)) done(null, jid)
  else
    done(
      new TypeError(
        "the user has no valid `jid`: for users from the app's own database, pass your own function to passport.serializeUser",
      ),
    )
}

/**
 * Restores the profile of the login from the bare JID in the session. Pass it to `passport.deserializeUser`.
 *
 * Calls `done` with false, not signed in, if the session holds anything else.
 *
 * @example
 * ```ts
 * import { randomBytes } from 'node:crypto'
 * import express from 'express'
 * import session from 'express-session'
 * import passport from 'passport'
 * import { deserializeUser, serializeUser, Strategy } from 'passport-xmpp-bosh'
 *
 * passport.use(new Strategy({ service: 'https://xmpp.example.com:5443/bosh', domain: 'example.com' }))
 * passport.serializeUser(serializeUser)
 * // Adds data of the app to the profile, at every request.
 * passport.deserializeUser((jid, done) => {
 *   deserializeUser(jid, (error, profile) => done(error, profile && { ...profile, theme: 'dark' }))
 * })
 *
 * const secret = randomBytes(32).toString('hex')
 * const app = express()
 * app.use(express.urlencoded({ extended: false }))
 * app.use(session({ secret, resave: false, saveUninitialized: false }))
 * app.use(passport.session())
 * app.post('/login', passport.authenticate('xmpp-bosh', { successRedirect: '/', failureRedirect: '/' }))
 * app.get('/', (req, res) => {
 *   res.json(req.user ?? null)
 * })
 * ```
 */
export function deserializeUser(jid: unknown, done: (error: unknown, user?: Profile | false) => void): void {
  const parsed = typeof jid === 'string' ? parsePreparedJid(jid) : undefined
  done(null, parsed ? profileOf({ username: parsed.local, domain: parsed.domain }) : false)
}
