import { Injectable } from '@nestjs/common'
import { PassportStrategy } from '@nestjs/passport'
import { type Profile, Strategy } from 'passport-xmpp-bosh'

@Injectable()
export class XmppStrategy extends PassportStrategy(Strategy) {
  constructor() {
    super({ service: process.env.XMPP_SERVICE ?? '', domain: process.env.XMPP_DOMAIN ?? '' })
  }

  /** Returns what becomes `req.user`. A falsy value refuses the login. */
  validate(profile: Profile): Profile {
    return profile
  }
}
