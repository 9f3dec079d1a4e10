import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Log, logOf } from './log'
import { openScreen, type Screen } from './screen'

/** Debian's user and group without rights. Gajim refuses to run as root. */
const NOBODY = 65_534
/** ms between two looks at the screen, for Gajim to log in, and for it to do what it was told */
const LOOK_MS = 100
const START_MS = 60_000
const ACT_MS = 15_000
/** ms between two clicks at the same place */
const CLICK_MS = 1_000
/** px from the upper left corner of the main window to the first chat in its list */
const FIRST_CHAT = { x: 240, y: 166 }
/** px to the field for a message */
const FIELD = { x: 640, y: 536 }
/** px from the lower edge of a dialog to the middle of its buttons, and their places as a share of its width */
const BUTTONS_ABOVE = 16
const BUTTONS = { No: 1 / 4, Accept: 3 / 4 } as const
const DIALOG = 'Authorization Request'

/** A real Gajim, with a screen, a mouse and a keyboard of its own. */
export interface Gajim {
  /** Waits for the dialog of a request (XEP-0070). Returns a picture of the screen. */
  dialog(): Promise<Buffer>
  /** Clicks the button of the dialog, and resolves when the dialog is gone. */
  answerDialog(button: keyof typeof BUTTONS): Promise<void>
  /** Waits for a chat message of this account that contains the text. */
  receives(jid: string, text: string): Promise<void>
  /** Opens the chat at the top of the list, which has to be that of this account. */
  openFirstChat(jid: string): Promise<void>
  /** Types a message into the open chat and sends it. */
  say(text: string): Promise<void>
  /** Returns a picture of the screen. */
  picture(): Promise<Buffer>
  close(): Promise<void>
}

export interface GajimOptions {
  readonly jid: string
  readonly password: string
  /** port for clients on 127.0.0.1, without TLS */
  readonly port: number
}

/** Starts Gajim and logs it in. Resolves when its presence is out. */
export async function startGajim(options: GajimOptions): Promise<Gajim> {
  const screen = await openScreen()
  const directory = mkdtempSync(join(tmpdir(), 'gajim-'))
  let child: ChildProcess | undefined
  const close = async () => {
    await end(child)
    await screen.close()
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    child = launch(directory, screen.display, options)
    const log = logOf(child)
    // The server gives its own presence back to it.
    await log.until(new RegExp(`<presence [^\\n]*from='${escaped(options.jid)}/`), START_MS)
    return gajimOn(screen, log, close)
  } catch (error) {
    await close()
    throw error
  }
}

function launch(directory: string, display: string, { jid, password, port }: GajimOptions): ChildProcess {
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {}
  if (user.uid !== undefined) chownSync(directory, user.uid, user.gid)
  const config = join(directory, 'config')
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: directory,
    XDG_RUNTIME_DIR: directory,
    XDG_CONFIG_HOME: config,
    XDG_DATA_HOME: join(directory, 'data'),
    XDG_CACHE_HOME: join(directory, 'cache'),
    DISPLAY: display,
    LC_ALL: 'C.UTF-8',
    TZ: 'UTC',
    GIO_USE_VFS: 'local',
    GSETTINGS_BACKEND: 'memory',
    NO_AT_BRIDGE: '1',
  }
  // By its text: that user may not be able to read this folder.
  const profile = ['-c', readFileSync(join(__dirname, 'profile.py'), 'utf8'), config, jid, String(port)]
  execFileSync('/usr/bin/python3', profile, { ...user, env, cwd: '/', input: `${password}\n` })
  const gajim = ['--', '/usr/bin/python3', '/usr/bin/gajim', '--config-path', config, '--verbose']
  // In a group of its own: killed alone, the first process leaves its session bus behind.
  return spawn('dbus-run-session', gajim, { ...user, env, cwd: '/', detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const closed = once(child, 'close')
  process.kill(-child.pid, 'SIGTERM')
  await closed
}

function gajimOn(screen: Screen, log: Log, close: () => Promise<void>): Gajim {
  const dialogPlace = () => screen.place(DIALOG)
  return {
    async dialog() {
      await log.until(/Auth request received/, ACT_MS)
      await eventually(async () => (await dialogPlace()) !== undefined, 'no dialog')
      return screen.picture()
    },
    async answerDialog(button) {
      const isGone = async () => (await dialogPlace()) === undefined
      const click = async () => {
        const place = await dialogPlace()
        if (place === undefined) return
        await screen.click(place.x + place.width * BUTTONS[button], place.y + place.height - BUTTONS_ABOVE)
        await eventually(isGone, 'dialog', CLICK_MS).catch(() => {})
      }
      await eventually(async () => {
        await click()
        return isGone()
      }, 'the dialog stays')
    },
    async receives(jid, text) {
      await log.until(new RegExp(`<message [^\\n]*from='${escaped(jid)}/[^\\n]*${escaped(text)}`), ACT_MS)
    },
    async openFirstChat(jid) {
      const opened = new RegExp(`Send displayed: ${escaped(jid)}$`, 'm')
      await eventually(async () => {
        await screen.click(FIRST_CHAT.x, FIRST_CHAT.y)
        return log.until(opened, CLICK_MS).then(
          () => true,
          () => false,
        )
      }, 'the chat does not open')
    },
    async say(text) {
      await screen.click(FIELD.x, FIELD.y)
      await screen.enter('Gajim', text)
    },
    picture: () => screen.picture(),
    close,
  }
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

async function eventually(isSo: () => Promise<boolean>, complaint: string, ms = ACT_MS): Promise<void> {
  for (const deadline = performance.now() + ms; !(await isSo()); ) {
    if (performance.now() > deadline) throw new Error(`${complaint} after ${ms} ms`)
    await new Promise(resolve => setTimeout(resolve, LOOK_MS))
  }
}
