import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { Authenticator } from '../../lib'
import { codesIn } from '../docs/blocks'
import { selfSigned } from '../fixtures/vectors/certificate'
import { command } from './servers/command'
import { freePorts } from './servers/free-ports'

// An ejabberd with the settings of the README and those that every configuration needs, asked as the README asks.

const [configuration = ''] = codesIn('README.md', 'yaml')
const [question = ''] = codesIn('README.md', 'sh').filter(code => code.startsWith('curl '))
const scripts = resolve(__dirname, '../../ejabberd')
const password = 'correct horse battery'
const { key, cert } = selfSigned('localhost')

let dir: string
let service: string

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'ejabberd-readme-'))
  const [plain = 0, secure = 0, c2s = 0] = await freePorts(3)
  service = `https://localhost:${secure}/bosh`
  await writeFile(join(dir, 'ejabberd.pem'), cert + key)

  const settings = configuration
    .replace('port: 5443', `port: ${secure}\n    ip: 127.0.0.1`)
    .replace('port: 5222', `port: ${c2s}\n    ip: 127.0.0.1`)
    // ejabberd/start asks this listener whether the server has started.
    .replace(
      'listen:\n',
      `listen:\n  - port: ${plain}\n    ip: 127.0.0.1\n    module: ejabberd_http\n    request_handlers: {/bosh: mod_bosh}\n`,
    )
  await writeFile(
    join(dir, 'readme.yml'),
    `define_macro:
  BOSH_PORT: ${plain}

hosts: [localhost]
certfiles: ["${join(dir, 'ejabberd.pem')}"]
access_rules: {c2s: [allow: all]}
${settings}`,
  )
  const config = ['--config', join(dir, 'readme.yml')]
  await command([join(scripts, 'start'), '--while', String(process.pid), ...config, dir])
  await command([join(scripts, 'add-user'), dir, 'alice'], password)
})
afterAll(async () => {
  await command([join(scripts, 'stop'), dir])
  await rm(dir, { recursive: true, force: true })
})

test('an account signs in by the one mechanism that its keys allow', async () => {
  const authenticator = new Authenticator({ service, domain: 'localhost', tls: { ca: cert } })

  await expect(authenticator.authenticate({ username: 'alice', password })).resolves.toMatchObject({
    jid: 'alice@localhost',
    mechanism: 'SCRAM-SHA-256',
  })
  await authenticator.close()
})

test('the server offers only PLAIN and SCRAM-SHA-256 when it is asked with curl', async () => {
  const asked = question
    .replace('https://xmpp.example.com:5443/bosh', `${service} --cacert ${join(dir, 'ejabberd.pem')}`)
    .replace("to='example.com'", "to='localhost'")
  const { stdout } = await promisify(execFile)('bash', ['-c', asked])
  const offered = Array.from(stdout.matchAll(/<mechanism>(.*?)<\/mechanism>/g), ([, name]) => name)

  expect(offered.sort()).toEqual(['PLAIN', 'SCRAM-SHA-256'])
})
