import { Injectable } from '@nestjs/common'
import { PassportSerializer } from '@nestjs/passport'
import { deserializeUser, serializeUser } from 'passport-xmpp-bosh'

@Injectable()
export class AccountSerializer extends PassportSerializer {
  serializeUser = serializeUser
  deserializeUser = deserializeUser
}
