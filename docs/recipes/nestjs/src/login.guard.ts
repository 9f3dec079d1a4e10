import { type ExecutionContext, HttpException, Injectable, Logger } from '@nestjs/common'
import { AuthGuard } from '@nestjs/passport'
import { XmppBoshError } from 'passport-xmpp-bosh'

/** Admits visitors with an XMPP account, and stores the account in the session. */
@Injectable()
export class LoginGuard extends AuthGuard('xmpp-bosh') {
  private readonly logger = new Logger(LoginGuard.name)

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    await super.canActivate(context)
    await super.logIn(context.switchToHttp().getRequest())
    return true
  }

  // The reason is for the log, not for the visitor. Nest would answer 500 for every error that is not one of its own.
  override handleRequest<User>(err: unknown, ...rest: [User, unknown, ExecutionContext]): User {
    if (!XmppBoshError.is(err)) return super.handleRequest(err, ...rest)
    this.logger.error(err.message)
    throw new HttpException('Please try again later', err.status, { cause: err })
  }
}
