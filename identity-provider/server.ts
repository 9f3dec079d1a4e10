import { startSite } from 'passport-xmpp-bosh-login-site/operation/start'
import { isSupported, NEEDED } from './operation/node-version'
import { program } from './program'

if (isSupported(process.versions.node)) startSite(program)
else {
  process.stderr.write(`Cannot start: the identity provider needs Node.js ${NEEDED}, and this is ${process.version}.\n`)
  process.exitCode = 1
}
