// Logs in by finch (libpurple) over BOSH in a terminal, waits until its own presence comes back, and quits.
const { spawn } = require('node:child_process')
const { mkdtempSync, rmSync, writeFileSync } = require('node:fs')
const { tmpdir } = require('node:os')
const { join } = require('node:path')
const { createInterface } = require('node:readline')

const say = text => process.stdout.write(`${text}\n`)
const [url, username, password] = process.argv.slice(2)
const home = mkdtempSync(join(tmpdir(), 'finch-'))
process.on('exit', () => rmSync(home, { recursive: true, force: true }))
writeFileSync(
  join(home, 'accounts.xml'),
  `<?xml version='1.0'?>
<account version='1.0'><account><protocol>prpl-jabber</protocol><name>${username}@localhost/client</name>
<password>${password}</password><settings><setting name='bosh_url' type='string'>${url}</setting>
<setting name='connection_security' type='string'>opportunistic_tls</setting>
<setting name='auth_plain_in_clear' type='bool'>1</setting></settings>
<settings ui='gnt-purple'><setting name='auto-login' type='bool'>1</setting></settings></account></account>`,
)
// `script` gives it a terminal. It writes its log to stderr, which becomes the fourth stream here.
const command = `exec 2>&3; stty cols 80 rows 24; exec finch -d -c '${home}'`
const finch = spawn('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
  env: { ...process.env, HOME: home, TERM: 'xterm' },
  stdio: ['pipe', 'ignore', 'ignore', 'pipe'],
})
const ALT_Q = '\x1bq'
createInterface({ input: finch.stdio[3] }).on('line', line => {
  const bound = /<jid>([^<]*)<\/jid>/.exec(line)
  if (bound) say(`online ${bound[1]}`)
  const isRefused = /RecvBOSH.*<not-authorized/.test(line)
  const isEchoed =
    line.includes('RecvBOSH') && line.includes(`from='${username}@localhost/client'`) && line.includes('<presence')
  if (isRefused) say('refused')
  if (isEchoed) say('presence')
  if (isRefused || isEchoed) finch.stdin.write(ALT_Q)
})
finch.on('exit', code => {
  say(`end ${code}`)
  process.exit()
})
setTimeout(() => finch.kill(), 20_000).unref()
