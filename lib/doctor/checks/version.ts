import { type Finding, ok, warn } from '../finding'
import type { Reported } from '../reported-version'
import type { Software } from '../software'

/** The first ejabberd without the holes that are known. */
const SOUND = { year: 26, month: 7 }

const UPDATE =
  'Update ejabberd. Before 26.07 whoever has an account can log in with PLAIN as any other (a foreign authzid: not through this package, but through other clients), and the captcha of the web form can be left out: keep mod_register_web off until then.'

/** What shows the version. */
export interface Evidence {
  readonly software: Software
  /** by XEP-0092, after a login */
  readonly reported: Reported | undefined
  /** of a captcha, before */
  readonly challenge: string | undefined
  /** somebody logged in to ask */
  readonly asked: boolean
}

/** Whether the server is older than the holes that are known. */
export function versionFinding({ software, reported, challenge, asked }: Evidence): Finding {
  if (reported !== undefined) return reportedFinding(reported)
  if (software === 'Prosody') return ok('version', 'Prosody; no hole is known that this depends on')
  // 26.07 changed its ids from decimal numbers, made by a weak generator, to 16 letters and digits.
  if (software === 'ejabberd' && challenge !== undefined) {
    if (/^\d+$/.test(challenge)) return warn('version', 'ejabberd older than 26.07, as its captchas show', UPDATE)
    if (/^[0-9a-z]{16}$/.test(challenge)) return ok('version', 'ejabberd 26.07 or later, as its captchas show')
  }
  return asked
    ? warn(
        'version',
        'the server does not tell its version',
        'Switch XEP-0092 on (ejabberd: mod_version), or see that ejabberd is 26.07 or later.',
      )
    : warn(
        'version',
        'the server shows no version to somebody who is not logged in',
        'Say --username, and it is asked after a login (XEP-0092; ejabberd: mod_version).',
      )
}

function reportedFinding({ name, version }: Reported): Finding {
  const seen = `${name} ${version}`
  if (name !== 'ejabberd') return ok('version', `${seen}; no hole is known that this depends on`)
  const [, year, month] = /^(\d+)\.(\d+)/.exec(version) ?? []
  const number = Number(year) * 12 + Number(month)
  return number >= SOUND.year * 12 + SOUND.month ? ok('version', seen) : warn('version', seen, UPDATE)
}
