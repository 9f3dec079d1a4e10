import { execFile, spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'
import { freePorts, PASSWORD, packageVersion, USERS } from './instance.js'

const run = promisify(execFile)
const START_MS = 10_000
export const BASE = 'dc=bench'

/** Starts an OpenLDAP with the same accounts, on loopback without TLS. Passwords are stored as {SSHA}, its default. */
export async function startSlapd() {
  const directory = await mkdtemp(join(tmpdir(), 'bench-slapd-'))
  let slapd
  const stop = async () => {
    if (slapd && slapd.exitCode === null && slapd.signalCode === null) {
      const ended = once(slapd, 'exit')
      slapd.kill()
      await ended
    }
    process.off('exit', kill)
    await rm(directory, { recursive: true, force: true })
  }
  const kill = () => slapd?.kill('SIGKILL')
  process.on('exit', kill)
  try {
    await mkdir(join(directory, 'data'))
    const template = await readFile(new URL('slapd.conf', import.meta.url), 'utf8')
    const configuration = join(directory, 'slapd.conf')
    const values = { DIR: directory, PASSWORD: `"${PASSWORD}"` }
    await writeFile(
      configuration,
      template.replace(/\$\{([A-Z]+)\}/g, (_, name) => values[name]),
      { mode: 0o600 },
    )
    await writeFile(join(directory, 'accounts.ldif'), ldif())
    await run('/usr/sbin/slapadd', ['-f', configuration, '-l', join(directory, 'accounts.ldif')])
    const [port] = await freePorts(1)
    slapd = spawn('/usr/sbin/slapd', ['-f', configuration, '-h', `ldap://127.0.0.1:${port}`, '-d', '0'], {
      stdio: 'ignore',
    })
    await once(slapd, 'spawn')
    await listening(port, slapd)
    const version = await packageVersion('slapd', 'OpenLDAP')
    return { version, pid: slapd.pid, ldap: `ldap://127.0.0.1:${port}`, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

function ldif() {
  const users = USERS.map(user => {
    const entry = ['objectClass: inetOrgPerson', `uid: ${user}`, `cn: ${user}`, `sn: ${user}`]
    return [`dn: uid=${user},${BASE}`, ...entry, `userPassword: ${ssha(PASSWORD)}`].join('\n')
  })
  return [`dn: ${BASE}\nobjectClass: dcObject\nobjectClass: organization\no: bench\ndc: bench`, ...users, ''].join(
    '\n\n',
  )
}

function ssha(password) {
  const salt = randomBytes(8)
  const hash = createHash('sha1').update(password).update(salt).digest()
  return `{SSHA}${Buffer.concat([hash, salt]).toString('base64')}`
}

async function listening(port, slapd) {
  for (const deadline = Date.now() + START_MS; ; await delay(50)) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch (error) {
      if (Date.now() > deadline || slapd.exitCode !== null) throw new Error('slapd does not start', { cause: error })
    } finally {
      socket.destroy()
    }
  }
}
