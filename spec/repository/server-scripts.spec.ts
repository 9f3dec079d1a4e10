import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/* The scripts that run a server as the calling user. spec/live runs them. */

const ROOT = join(__dirname, '../..')

/** Returns the output of `tell_root` for a user. */
function told(uid: number): string {
  const script = `. ejabberd/daemon.bash; id() { echo ${uid}; }; tell_root 'Erlang, with ejabberd,' 2>&1`
  return execFileSync('bash', ['-c', script], { cwd: ROOT, encoding: 'utf8' })
}

test('tell_root says that a server runs as root when the caller is root', () => {
  expect(told(0)).toBe(
    'You are root, so Erlang, with ejabberd, runs as root. Outside a trial, start it as another user.\n',
  )
})

test('tell_root says nothing when the caller is another user', () => {
  expect(told(1000)).toBe('')
})

test('the image of ejabberd has every script that works with a server', () => {
  const image = readFileSync(join(ROOT, 'ejabberd/Dockerfile'), 'utf8')
  const scripts = ['add-service-account', 'add-user', 'ctl', 'make-room', 'role', 'start']
  const copied = /^COPY ([^/]*) \/opt\/ejabberd\/$/ms.exec(image)?.[1]?.split(/[\s\\]+/) ?? []
  const sourced = scripts.flatMap(script =>
    Array.from(
      readFileSync(join(ROOT, 'ejabberd', script), 'utf8').matchAll(/\/([a-z-]+\.bash)"$/gm),
      ([, name = '']) => name,
    ),
  )

  expect(copied).toEqual(expect.arrayContaining(scripts))
  expect(copied).toEqual(expect.arrayContaining(sourced.filter(name => name !== 'apt.bash')))
})

test.each([
  ['ejabberd/start', 'Erlang, with ejabberd,'],
  ['prosody/start', 'Prosody'],
])('%s tells a caller that is root before it starts the server', (file, name) => {
  const text = readFileSync(join(ROOT, file), 'utf8')
  const telling = text.search(new RegExp(`^tell_root '?${name}'?$`, 'm'))

  expect(telling).toBeGreaterThan(0)
  expect(telling).toBeLessThan(text.search(/^ *(?:launch|SERVER_DIR=)/m))
})
