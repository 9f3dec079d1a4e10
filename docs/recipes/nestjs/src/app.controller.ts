import { Controller, Get, Post, Redirect, Req, UseGuards } from '@nestjs/common'
import type { Request } from 'express'
import type { Profile } from 'passport-xmpp-bosh'
import { LoginGuard } from './login.guard.js'

const LOGIN =
  '<form method="post" action="/login"><input name="username"><input name="password" type="password"><button>Sign in</button></form>'
const LOGOUT = '<form method="post" action="/logout"><button>Sign out</button></form>'

@Controller()
export class AppController {
  @Get()
  home(@Req() req: Request): string {
    const user = req.user as Profile | undefined
    // A JID does not need escaping: it cannot contain & < > " or '.
    return user ? `<p>Hello ${user.jid}</p>${LOGOUT}` : LOGIN
  }

  @UseGuards(LoginGuard)
  @Post('login')
  @Redirect('/')
  logIn(): void {}

  @Post('logout')
  @Redirect('/')
  async logOut(@Req() req: Request): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      req.logout(err => (err ? reject(err) : resolve()))
    })
  }
}
