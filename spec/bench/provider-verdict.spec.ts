import { evaluated } from './evaluated'

/* The limits of sign-ins by the identity provider, tried on a run within all of them. */

interface Spread {
  median: number
  low: number
  high: number
}

interface Run {
  ratios: Record<'time' | 'cpu' | 'againTime' | 'againCpu', Spread | undefined>
}

interface Verdict {
  readonly gates: readonly { readonly name: string; readonly holds: boolean }[]
  readonly targets: readonly { readonly name: string; readonly limit: string; readonly isReached: boolean }[]
}

const exactly = (number: number): Spread => ({ median: number, low: number, high: number })
const within = (): Run => ({
  ratios: { time: exactly(1.1), cpu: exactly(1.1), againTime: exactly(1), againCpu: exactly(1) },
})

function verdictWith(change: (run: Run) => void): Verdict {
  const run = within()
  change(run)
  return evaluated<Verdict>({ verdictOnProvider: 'targets/provider.js' }, 'verdictOnProvider(input ?? undefined)', run)
}
const failedWith = (change: (run: Run) => void) =>
  verdictWith(change)
    .gates.filter(({ holds }) => !holds)
    .map(({ name }) => name)

const [TIME, CPU] = [
  'time of a sign-in against the plain provider and the bare login, 8 at a time',
  'CPU of a sign-in against the plain provider and the bare login',
]

test('a run of sign-ins by the identity provider within all limits holds all gates', () => {
  expect(failedWith(() => {})).toEqual([])
})

test('the target of sign-ins by the identity provider is the login and a tenth', () => {
  const { targets } = verdictWith(({ ratios }) => Object.assign(ratios, { time: exactly(1.1), cpu: exactly(1.11) }))

  expect(targets).toMatchObject([
    { name: TIME, limit: 'at most 1.1 ×', isReached: true },
    { name: CPU, limit: 'at most 1.1 ×', isReached: false },
  ])
})

test.each<[string, Partial<Run['ratios']>]>([
  [TIME, { time: exactly(5) }],
  [CPU, { cpu: exactly(5) }],
  [TIME, { time: undefined }],
  [CPU, { cpu: undefined }],
])('the gate "%s" fails alone with the measurement %j', (name, changed) => {
  expect(failedWith(({ ratios }) => Object.assign(ratios, changed))).toEqual([name])
})

test.each([
  [TIME, 'againTime'],
  [CPU, 'againCpu'],
])('the gate "%s" fails when the plain provider differs too much from itself by %s', (name, again) => {
  expect(failedWith(({ ratios }) => Object.assign(ratios, { [again]: exactly(1.09) }))).toEqual([name])
})

test('all gates fail without a run', () => {
  expect(failedWith(run => Object.assign(run, { ratios: undefined }))).toEqual([TIME, CPU])
})
