import { type Finding, ok, warn } from '../finding'
import type { ReportedVersion } from '../reported-version'
import type { Software } from '../software'

/** The first ejabberd without known vulnerabilities. */
const FIRST_FIXED = { year: 26, month: 7 }

const UPDATE =
  "Update ejabberd. Before 26.07, any user can log in as any other user: PLAIN accepts another account's authzid. This package never sends one, but other clients can. The captcha of the web form can also be skipped: keep mod_register_web off until you have updated."

/** Sources that show the version. */
export interface VersionEvidence {
  readonly software: Software
  /** from XEP-0092, after a login */
  readonly reported: ReportedVersion | undefined
  /** the id of a captcha, without a login */
  readonly challenge: string | undefined
  /** a login succeeded, so the server was asked */
  readonly hasLoggedIn: boolean
}

/** Warns if the server is older than the fixes of known vulnerabilities. */
export function versionFinding({ software, reported, challenge, hasLoggedIn }: VersionEvidence): Finding {
  if (reported !== undefined) return reportedFinding(reported)
  if (software === 'Prosody') return ok('version', 'Prosody; no known vulnerability matters here')
  // 26.07 changed its ids from decimal numbers of a weak generator to 16 letters and digits.
  if (software === 'ejabberd' && challenge !== undefined) {
    if (/^\d+$/.test(challenge)) return warn('version', 'ejabberd older than 26.07, as its captchas show', UPDATE)
    if (/^[0-9a-z]{16}$/.test(challenge)) return ok('version', 'ejabberd 26.07 or later, as its captchas show')
  }
  return hasLoggedIn
    ? warn(
        'version',
        'the server does not tell its version',
        'Turn XEP-0092 on (ejabberd: mod_version), or make sure that ejabberd is 26.07 or later.',
      )
    : warn(
        'version',
        'the server does not show its version without a login',
        'Pass --username to ask for the version after a login (XEP-0092; ejabberd: mod_version).',
      )
}

function reportedFinding({ name, version }: ReportedVersion): Finding {
  const seen = `${name} ${version}`
  if (name !== 'ejabberd') return ok('version', `${seen}; no known vulnerability matters here`)
  const [, year, month] = /^(\d+)\.(\d+)/.exec(version) ?? []
  const number = Number(year) * 12 + Number(month)
  const isFixed = number >= FIRST_FIXED.year * 12 + FIRST_FIXED.month
  return isFixed ? ok('version', seen) : warn('version', seen, UPDATE)
}
