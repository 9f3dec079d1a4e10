import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { BENCH, evaluated } from './evaluated'

/* The limits of the bench decide about a run: the published one, and copies of it with changed measurements. */

interface Spread {
  median: number
  low: number
  high: number
}

interface Judged {
  readonly name: string
  readonly limit: string
}

interface Verdict {
  readonly gates: readonly (Judged & { readonly holds: boolean })[]
  readonly targets: readonly (Judged & { readonly isReached: boolean; readonly distance?: number })[]
  readonly text: string
  readonly exitCode: number
}

interface Cell {
  readonly name: string
  failed: number
  concurrency: number
  samples: Record<string, (number | null)[]>
}

interface Run {
  fine?: {
    aa: Record<string, Spread>
    isJudged: boolean
    added: Spread
    results: { name: string; toFloor?: Spread; connections: number; unexpectedTurns?: number }[]
  }
  phases: {
    key: string
    cut: boolean
    failures: Record<string, string>
    cells: Cell[]
    counts: Record<string, { requests: number }>
  }[]
  memory?: unknown[]
  processes?: unknown
  errors: unknown[]
}

const published = (): Run => JSON.parse(readFileSync(join(BENCH, 'results/bench.json'), 'utf8'))

const verdictOf = (change: (run: Run) => void = () => {}): Verdict => {
  const run = published()
  change(run)
  return evaluated(
    { 'verdictOf, exitCodeOf': 'targets/verdict.js', verdictText: 'report/verdict.js' },
    '(verdict => ({ ...verdict, text: verdictText(verdict), exitCode: exitCodeOf({ ...input, ...verdict }) }))(verdictOf(input))',
    run,
  )
}

const failedIn = ({ gates }: Verdict) => gates.filter(({ holds }) => !holds).map(({ name }) => name)
const fineIn = (run: Run) => {
  if (!run.fine) throw new Error('the published run has no comparison with the floor')
  return run.fine
}
const resultIn = (run: Run, name: string) => {
  const result = fineIn(run).results.find(one => one.name === name)
  if (!result) throw new Error(`the published run has no ${name}`)
  return result
}
const phaseIn = (run: Run, key: string) => {
  const phase = run.phases.find(one => one.key === key)
  if (!phase) throw new Error(`the published run has no phase ${key}`)
  return phase
}
const exactly = (number: number): Spread => ({ median: number, low: number, high: number })

const SCRAM = 'CPU against the floor, SCRAM-SHA-1, bind'

describe('the published run', () => {
  const verdict = verdictOf()

  test('the published run holds all gates and ends with exit code 0', () => {
    expect(failedIn(verdict)).toEqual([])
    expect(verdict.exitCode).toBe(0)
    expect(verdict.text).toContain(`All ${verdict.gates.length} gates hold.`)
  })

  test('the published run keeps all limits that the project aims at', () => {
    expect(verdict.gates).toHaveLength(41)
    expect(verdict.targets.map(({ name, limit }) => `${name.replace(/ \(the floor: .*\)$/, '')}: ${limit}`)).toEqual([
      'CPU against the floor, SCRAM-SHA-1, bind: at most 1.15 ×',
      'CPU against the floor, SCRAM-SHA-256, bind: at most 1.15 ×',
      'CPU the strategy adds in Express, of the PLAIN floor: at most 0.1 ×',
      'logins/s against stanza with SCRAM, 16 at a time: at least 15 ×',
      'logins/s against strophe.js over WebSocket with SCRAM, 64 at a time: at least 1.5 ×',
      'logins/s against stanza with SCRAM, 64 at a time: at least 15 ×',
      'logins/s of PLAIN without bind against passport-ldapauth, 16 at a time: at least 1.5 ×',
      'logins/s of PLAIN without bind against passport-ldapauth, 64 at a time: at least 1.5 ×',
      "p50 of a wrong password against the right one's, Authenticator, PLAIN: at most 1.1 ×",
      'CPU a login at 256 against 16, Authenticator, PLAIN: at most 1.2 ×',
    ])
  })

  test('the published page shows the verdict of the present limits', () => {
    expect(readFileSync(join(BENCH, 'RESULTS.md'), 'utf8')).toContain(verdict.text)
  })

  test('every target has a gate of the same name', () => {
    const gates = verdict.gates.map(({ name }) => name)
    expect(verdict.targets.filter(({ name }) => !gates.includes(name))).toEqual([])
  })
})

describe('a gate', () => {
  test('a gate fails the run and is listed when its measurement is beyond the limit', () => {
    const verdict = verdictOf(run => {
      resultIn(run, 'Authenticator: SCRAM-SHA-1, bind').toFloor = exactly(1.26)
    })

    expect(failedIn(verdict)).toEqual([SCRAM])
    expect(verdict.exitCode).toBe(1)
    expect(verdict.text).toContain(`1 of 41 gates fail:\n\n- ${SCRAM}: 1.26 (1.26–1.26) ×, at most 1.25 ×`)
  })

  test('a gate fails the run when one turn has an unexpected number of requests', () => {
    const verdict = verdictOf(run => {
      resultIn(run, 'Authenticator: PLAIN, bind').unexpectedTurns = 1
    })

    expect(failedIn(verdict)).toEqual(['turns with other than 4 requests and one terminate a login, PLAIN, bind'])
    expect(verdict.exitCode).toBe(1)
  })

  test('a gate fails the run when a login on a real server takes one request more', () => {
    const verdict = verdictOf(run => {
      const counted = phaseIn(run, 'prosody').counts['Authenticator, PLAIN']
      if (counted) counted.requests++
    })

    expect(failedIn(verdict)).toEqual([expect.stringMatching(/^requests beyond 2 .* Authenticator, PLAIN \(Prosody/)])
    expect(verdict.exitCode).toBe(1)
  })

  test('a gate fails the run when a peer becomes faster than the Authenticator', () => {
    const verdict = verdictOf(run => {
      for (const cell of phaseIn(run, 'scram').cells) {
        if (cell.name !== 'Authenticator, SCRAM-SHA-1 and bind' || cell.concurrency !== 16) continue
        cell.samples['perSecond'] = (cell.samples['perSecond'] ?? []).map(rate => rate && rate / 2)
      }
    })

    expect(failedIn(verdict)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^logins\/s against every peer that does SCRAM and binds, 16/)]),
    )
    expect(verdict.exitCode).toBe(1)
  })
})

describe('a target', () => {
  test('a missed target prints its distance and does not fail the run', () => {
    const verdict = verdictOf(run => {
      resultIn(run, 'Authenticator: SCRAM-SHA-1, bind').toFloor = exactly(1.196)
    })

    expect(verdict.targets.find(({ name }) => name === SCRAM)).toMatchObject({ isReached: false })
    expect(verdict.text).toContain(`| ${SCRAM} | 1.20 (1.20–1.20) × | at most 1.15 × | 4.0 % |`)
    expect(verdict.exitCode).toBe(0)
  })

  test('a target prints a multiple of its limit when the measurement is at least twice the limit', () => {
    expect(verdictOf().text).toMatch(/\| CPU the strategy adds in Express.*\| 7\.73 × the limit \|/)
  })

  test('a target is printed as reached when the measurement is within its limit', () => {
    const verdict = verdictOf(run => {
      resultIn(run, 'Authenticator: SCRAM-SHA-1, bind').toFloor = exactly(1.15)
    })

    expect(verdict.targets.find(({ name }) => name === SCRAM)).toMatchObject({ isReached: true, distance: 0 })
    expect(verdict.text).toContain(`| ${SCRAM} | 1.15 (1.15–1.15) × | at most 1.15 × | reached |`)
  })
})

describe('a missing measurement', () => {
  test.each(['scram256', 'prosody', 'scram', 'plain'])('the run fails when phase %s did not run', key => {
    const verdict = verdictOf(run => {
      run.phases = run.phases.filter(phase => phase.key !== key)
    })

    expect(failedIn(verdict)).not.toEqual([])
    expect(verdict.exitCode).toBe(1)
    expect(verdict.gates).toHaveLength(41)
    expect(verdict.targets).toHaveLength(10)
  })

  test.each(['fine', 'memory', 'processes'] as const)('the run fails when part %s did not run', part => {
    const verdict = verdictOf(run => {
      delete run[part]
    })

    expect(failedIn(verdict)).not.toEqual([])
    expect(verdict.exitCode).toBe(1)
    expect(verdict.text).toContain('not measured')
    expect(verdict.gates).toHaveLength(41)
  })

  test('the run fails when a part ended with an error', () => {
    const verdict = verdictOf(run => {
      run.errors.push({ part: 'cluster', message: 'the second node did not start' })
    })

    expect(failedIn(verdict)).toEqual([])
    expect(verdict.exitCode).toBe(1)
  })

  test('the run fails when a login was not answered', () => {
    const verdict = verdictOf(run => {
      for (const cell of phaseIn(run, 'plain').cells.slice(0, 1)) cell.failed = 1
    })

    expect(verdict.exitCode).toBe(1)
  })

  test('the run fails when its time ended before all rounds', () => {
    const verdict = verdictOf(run => {
      phaseIn(run, 'plain').cut = true
    })

    expect(verdict.exitCode).toBe(1)
  })

  test('the run has no verdict when the floor differs too much from itself', () => {
    const verdict = verdictOf(run => {
      fineIn(run).aa['SCRAM-SHA-1, bind'] = exactly(1.09)
      fineIn(run).isJudged = false
    })

    expect(failedIn(verdict)).toEqual([SCRAM])
    expect(verdict.exitCode).toBe(2)
  })
})

describe('two versions', () => {
  const compared = (factors: Readonly<Record<string, number>>) => {
    const variants = ['PLAIN, bind: false', 'PLAIN, bind', 'SCRAM-SHA-1, bind', 'SCRAM-SHA-256, bind']
    const samples = variants.flatMap(variant =>
      ['floor', 'floor, again', 'this', 'this, again', 'other', 'other, again'].map(contestant => {
        const cpus = [0.9, 1, 1.2].map(cpu => ({ cpu: cpu * (factors[contestant] ?? 1) }))
        return [`${contestant}: ${variant}`, cpus] as const
      }),
    )
    return evaluated<Verdict & { readonly isJudged: boolean }>(
      { comparisonOf: 'targets/versions.js' },
      'comparisonOf(input)',
      Object.fromEntries(samples),
    )
  }

  test('this version passes when its logins take 1.02 times the CPU of the other version', () => {
    const verdict = compared({ this: 1.0199, 'this, again': 1.0199 })

    expect(verdict.gates).toHaveLength(4)
    expect(failedIn(verdict)).toEqual([])
    expect(verdict.isJudged).toBe(true)
  })

  test('this version fails when its logins take 1.03 times the CPU of the other version', () => {
    const verdict = compared({ this: 1.03, 'this, again': 1.03 })

    expect(failedIn(verdict)).toHaveLength(4)
    expect(verdict.isJudged).toBe(true)
  })

  test('the comparison has no verdict when a version differs from itself', () => {
    expect(compared({ 'this, again': 1.04 }).isJudged).toBe(false)
    expect(compared({ 'other, again': 0.96 }).isJudged).toBe(false)
  })
})
