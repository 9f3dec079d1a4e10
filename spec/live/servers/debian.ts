import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** The Debian releases the live specs know, the oldest first. */
const RELEASES = ['bookworm', 'trixie', 'sid']

/** The release of this machine. (On sid that is the name of the next release, and sid is in a root of its own.) */
const own = /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown'

/** The Debian release under test: LIVE_DEBIAN, or else this machine's own. */
export const debian: string = process.env['LIVE_DEBIAN'] || own
if (debian !== own && !RELEASES.includes(debian)) throw new Error(`LIVE_DEBIAN: not one of ${RELEASES.join(', ')}`)

/**
 * The words in front of a command that runs where those servers are installed: none for this machine itself. The
 * temporary directory and this project have the same paths there, and processes and network are shared.
 */
export const enter: readonly string[] = debian === own ? [] : [resolve(__dirname, '../in-root'), debian]
