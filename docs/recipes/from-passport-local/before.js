const { randomBytes } = require('node:crypto')
const express = require('express')
const session = require('express-session')
const passport = require('passport')
const { Strategy } = require('passport-local')
const users = require('./users')

const { PORT = 3000, SESSION_SECRET = randomBytes(32).toString('hex') } = process.env

passport.use(
  new Strategy((username, password, done) => {
    users.byPassword(username, password).then(user => done(null, user), done)
  }),
)
passport.serializeUser((user, done) => done(null, user.id))
passport.deserializeUser((id, done) => {
  users.byId(id).then(user => done(null, user ?? false), done)
})

const app = express()
app.use(express.urlencoded())
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))
app.use(passport.session())

const LOGIN =
  '<form method="post" action="/login"><input name="username"><input name="password" type="password"><button>Sign in</button></form>'
const LOGOUT = '<form method="post" action="/logout"><button>Sign out</button></form>'

app.get('/', (req, res) => {
  res.send(req.user ? `<p>Hello user ${req.user.id}</p>${LOGOUT}` : LOGIN)
})
app.post('/login', passport.authenticate('local', { successRedirect: '/' }))
app.post('/signup', (req, res, next) => {
  users.signUp(req.body.username, req.body.password).then(() => res.redirect('/'), next)
})
app.post('/logout', (req, res, next) => {
  req.logout(err => (err ? next(err) : res.redirect('/')))
})

app.use((err, _req, res, _next) => {
  console.error(err.message)
  res.status(err.status ?? 500).send('Please try again later')
})

app.listen(PORT, err => {
  if (err) throw err
  console.log(`http://localhost:${PORT}`)
})
