import { Module } from '@nestjs/common'
import { PassportModule } from '@nestjs/passport'
import { AccountSerializer } from './account.serializer.js'
import { AppController } from './app.controller.js'
import { XmppStrategy } from './xmpp.strategy.js'

@Module({
  imports: [PassportModule.register({ session: true })],
  controllers: [AppController],
  providers: [XmppStrategy, AccountSerializer],
})
export class AppModule {}
