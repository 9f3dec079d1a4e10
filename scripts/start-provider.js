/*
 * Starts the identity provider with a program whose visitors sign in there, and with an XMPP server in the same process.
 *
 *   npm run start:provider
 *   npm run start:provider -- --ejabberd [DIR] [NAME=VALUE]...    with a real ejabberd: see login-site/start-on-ejabberd
 *
 * Fetches the Node.js that the provider needs, if this machine has an older one.
 */
const { spawn } = require('node:child_process')
const { constants } = require('node:os')
const { join } = require('node:path')
const { nodeOrNewer } = require('./node-release')

const NEEDED = '22.12'
const PROGRAM = join(__dirname, '..', 'identity-provider', 'dist', 'demo', 'start.js')
const ON_EJABBERD = join(__dirname, '..', 'login-site', 'start-on-ejabberd')

const [option, ...others] = process.argv.slice(2)
if (option !== undefined && option !== '--ejabberd') {
  fail(`Cannot start: ${option} is not an argument: use none, or --ejabberd [DIR] [NAME=VALUE]...`)
}

let node
try {
  node = nodeOrNewer(NEEDED)
} catch (error) {
  fail(`Cannot start: ${error.message}`)
}

const child = option
  ? spawn(ON_EJABBERD, [node, PROGRAM, ...others], { stdio: 'inherit' })
  : spawn(node, [PROGRAM], { stdio: 'inherit' })
child.once('error', error => fail(`Cannot start: ${error.message}`))
child.once('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal]
})
// The terminal sends ^C to both.
process.on('SIGINT', () => process.stdin.isTTY || child.kill('SIGTERM'))
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill('SIGTERM'))

function fail(text) {
  process.stderr.write(`${text}\n`)
  process.exit(1)
}
