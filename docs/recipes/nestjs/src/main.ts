import { randomBytes } from 'node:crypto'
import { NestFactory } from '@nestjs/core'
import session from 'express-session'
import passport from 'passport'
import { AppModule } from './app.module.js'

const { PORT = 3000, SESSION_SECRET = randomBytes(32).toString('hex') } = process.env

const app = await NestFactory.create(AppModule, { logger: ['warn', 'error'] })
app.use(session({ secret: SESSION_SECRET, resave: false, saveUninitialized: false, cookie: { sameSite: 'lax' } }))
app.use(passport.session())
await app.listen(PORT)
console.log(`http://localhost:${PORT}`)
