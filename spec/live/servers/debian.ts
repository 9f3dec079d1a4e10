import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

/** The Debian releases the live specs know, the oldest first. */
const RELEASES = ['bookworm', 'trixie', 'sid']

/** The release this machine runs. (On sid itself that is the name of the next one, and sid is in a root of its own.) */
const own = /^VERSION_CODENAME=(\S+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown'

/** The Debian release whose servers are under test: LIVE_DEBIAN, or else this machine's own. */
export const debian: string = process.env['LIVE_DEBIAN'] || own
if (debian !== own && !RELEASES.includes(debian)) throw new Error(`LIVE_DEBIAN: not one of ${RELEASES.join(', ')}`)

/**
 * What stands before a command that is to run where those servers are installed: nothing for this machine itself. The
 * temporary directory and this project are there under the same paths, processes and network are the same.
 */
export const enter: readonly string[] = debian === own ? [] : [resolve(__dirname, '../in-root'), debian]
