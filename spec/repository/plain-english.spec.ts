import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { filesOf, ROOT, textOf } from '../docs/blocks'
import { commentsIn, functionsIn, type Piece, titlesIn } from './sources'

/*
 * The house English and the sizes in lib/. A failure lists each offence by file and line. Every rule is also tried on
 * made-up input, so that it is known to fail.
 */

const QUESTION_WORD = /^(?:@\w+ (?:\{[^}]*\} )?)?(?:What|Who|Whose|Whoever|Whether|Where)\b/
const VAGUE_WORD = /\b(?:who|what|whoever|whose)\b/i
// A word behind a quotation mark is a value of a configuration.
const UNNAMED_ACTOR = /(?<!")\b(?:nobody|somebody|everybody|anybody|no one|someone|everyone|anyone)\b/i
const TITLE_WITHOUT_SUBJECT =
  /^(?:and|nor|that|also|but|or|so|it|there|(?:no|some|every|any)body|what|whatever|who|whoever|whose)\b/i
const MOST_VAGUE_COMMENTS = 0.05
const MOST_LINES_OF_A_FUNCTION = 40
const MOST_LINES_OF_A_FILE = 250
const MOST_FILES_OF_A_FOLDER = 12

interface Source {
  readonly file: string
  readonly text: string
}

const shown = ({ at, text }: Piece) => `${at}: ${text.replace(/\s+/g, ' ').slice(0, 100)}`

/** Lists the comments that begin with a question word. */
const questions = (sources: readonly Source[]): string[] =>
  commentsOf(sources)
    .filter(({ text }) => QUESTION_WORD.test(text))
    .map(shown)

/** Lists the comments with vague words, if there are more of them than allowed. */
function tooManyVague(sources: readonly Source[]): string[] {
  const comments = commentsOf(sources)
  const vague = comments.filter(({ text }) => VAGUE_WORD.test(text))
  return vague.length > comments.length * MOST_VAGUE_COMMENTS ? vague.map(shown) : []
}

/** Lists the lines of documents that do not name their actor. */
const unnamedActors = (documents: readonly Source[]): string[] =>
  documents.flatMap(({ file, text }) =>
    text
      .split('\n')
      .flatMap((line, n) => (UNNAMED_ACTOR.test(line) ? [shown({ at: `${file}:${n + 1}`, text: line })] : [])),
  )

/** Lists the titles that do not read alone. */
const incompleteTitles = (sources: readonly Source[]): string[] =>
  sources
    .flatMap(({ file, text }) => titlesIn(file, text))
    .filter(({ text }) => TITLE_WITHOUT_SUBJECT.test(text) || text.includes(';'))
    .map(shown)

const longFunctions = (sources: readonly Source[]): string[] =>
  sources
    .flatMap(({ file, text }) => functionsIn(file, text))
    .filter(({ lines }) => lines > MOST_LINES_OF_A_FUNCTION)
    .map(({ at, lines }) => `${at}: a function of ${lines} lines`)

const longFiles = (sources: readonly Source[]): string[] =>
  sources
    .map(({ file, text }) => ({ file, lines: text.replace(/\n$/, '').split('\n').length }))
    .filter(({ lines }) => lines > MOST_LINES_OF_A_FILE)
    .map(({ file, lines }) => `${file}:${lines}: a file of ${lines} lines`)

/** Lists the folders with too many files. The files of folders inside them do not count. */
function fullFolders(files: readonly string[]): string[] {
  const counts = new Map<string, number>()
  for (const folder of files.map(file => dirname(file))) counts.set(folder, (counts.get(folder) ?? 0) + 1)
  return [...counts]
    .filter(([, count]) => count > MOST_FILES_OF_A_FOLDER)
    .map(([folder, count]) => `${folder}: a folder of ${count} files`)
}

function commentsOf(sources: readonly Source[]): Piece[] {
  return sources.flatMap(({ file, text }) => commentsIn(file, text))
}

const existing = (...patterns: readonly string[]) => filesOf(...patterns).filter(file => existsSync(join(ROOT, file)))
const read = (files: readonly string[]): Source[] => files.map(file => ({ file, text: textOf(file) }))
const sourcesOf = (folder: string) => read(existing(`${folder}/`).filter(file => /\.[cm]?[jt]s$/.test(file)))

describe('in this repository', () => {
  test.each(['lib', 'login-site', 'example-app', 'identity-provider', 'bench', 'scripts', 'spec'])(
    'a comment in %s/ begins with a verb or a noun',
    folder => {
      const sources = sourcesOf(folder)
      expect(commentsOf(sources).length).toBeGreaterThan(0)
      expect(questions(sources)).toEqual([])
    },
  )

  test.each(['lib', 'login-site', 'example-app', 'identity-provider', 'bench'])(
    'at most 5 %% of the comments in %s/ hold a vague word',
    folder => {
      expect(tooManyVague(sourcesOf(folder))).toEqual([])
    },
  )

  test('a document names its actors', () => {
    const documents = existing('*.md').filter(file => !/(?:^|\/)node_modules\/|^docs\/api\//.test(file))
    expect(documents.length).toBeGreaterThan(10)
    expect(unnamedActors(read(documents))).toEqual([])
  })

  test('a title of a spec reads alone', () => {
    const sources = sourcesOf('spec')
    expect(sources.flatMap(({ file, text }) => titlesIn(file, text)).length).toBeGreaterThan(1_000)
    expect(incompleteTitles(sources)).toEqual([])
  })

  test('a function in lib/ has at most 40 lines', () => {
    const sources = sourcesOf('lib')
    expect(sources.flatMap(({ file, text }) => functionsIn(file, text)).length).toBeGreaterThan(500)
    expect(longFunctions(sources)).toEqual([])
  })

  test('a file in lib/ has at most 250 lines', () => {
    expect(longFiles(sourcesOf('lib'))).toEqual([])
  })

  test('a folder in lib/ has at most 12 files', () => {
    expect(fullFolders(existing('lib/'))).toEqual([])
  })
})

describe('on made-up input', () => {
  const source = (...lines: readonly string[]): Source[] => [{ file: 'a.ts', text: `${lines.join('\n')}\n` }]

  test.each([
    [['/** What it is. */'], ['a.ts:1: What it is.']],
    [['const a = 1 // Whether it is.'], ['a.ts:1: Whether it is.']],
    [['', '/**', ' * Whose it is,', ' * in two lines.', ' */'], ['a.ts:2: Whose it is, in two lines.']],
    [['function f() {', '  // Where it is.', '}'], ['a.ts:2: Where it is.']],
    [
      ['f(/* Who */ 1)', '/** @param {x} Whoever comes */'],
      ['a.ts:1: Who', 'a.ts:2: @param {x} Whoever comes'],
    ],
    [['// A noun.', '// What follows is the same comment.', '/* Whatever, Whom, Which */'], []],
    [["const text = '// What it is.'", 'const template = `', '// What it is.', '`', '/what/.test(text)'], []],
  ])('the rule for the beginning of comments finds the offences in %j', (lines, offences) => {
    expect(questions(source(...lines))).toEqual(offences)
  })

  test('the rule for vague words allows one comment in twenty', () => {
    const plain = Array.from({ length: 19 }, (_, n) => `/* Comment ${n}. */`)
    expect(tooManyVague(source(...plain, '/* A visitor who leaves. */'))).toEqual([])
    expect(tooManyVague(source(...plain.slice(1), '/* A visitor WHO leaves. */'))).toEqual([
      'a.ts:19: A visitor WHO leaves.',
    ])
    expect(tooManyVague(source(...plain.slice(1), '// biome-ignore x: what', '/* whole, somewhat */'))).toEqual([])
  })

  test.each(['nobody', 'Somebody', "everybody's", 'ANYBODY'])('the rule for documents finds "%s"', word => {
    expect(unnamedActors(source('# A title', `Text for ${word}, in a line.`))).toEqual([
      `a.ts:2: Text for ${word}, in a line.`,
    ])
    expect(unnamedActors(source('The body of any visitor.'))).toEqual([])
  })

  test.each(['and more', 'Nor less', 'it works', 'there are some', 'what is typed', 'who leaves', 'nobody', 'a; b'])(
    'the rule for titles finds "%s" in every form',
    title => {
      const forms = [
        `test('${title}', () => {})`,
        `it.only("${title}", () => {})`,
        `describe.each([1])('${title}', () => {})`,
        `test.each<[a: 'and so on']>([['and so on']])(`,
        `  \`${title} \${1}\`,`,
        '  () => {},',
        ')',
        `test.each\`a\`('${title}', () => {})`,
      ]
      expect(incompleteTitles(source(...forms)).map(offence => offence.split(': ')[0])).toEqual(
        [1, 2, 3, 5, 8].map(line => `a.ts:${line}`),
      )
    },
  )

  test('the rule for titles accepts sentences and other calls', () => {
    const lines = [
      "test('an item works', () => {})",
      "/x/.test('and so on')",
      "other('and so on')",
      "test(and, 'and so')",
    ]
    expect(incompleteTitles(source(...lines))).toEqual([])
  })

  test('the rule for functions counts from the head to the closing brace', () => {
    const method = (lines: number) => [
      'class A {',
      '  /** A method. */',
      '  b() {',
      ...Array(lines - 2).fill(''),
      '  }',
      '}',
    ]
    expect(longFunctions(source(...method(40)))).toEqual([])
    expect(longFunctions(source(...method(41)))).toEqual(['a.ts:3: a function of 41 lines'])
    expect(longFunctions(source('const f = () => [', ...Array(40).fill('1,'), ']'))).toHaveLength(1)
  })

  test('the rule for files counts lines without the last line break', () => {
    expect(longFiles(source(...Array(250).fill('')))).toEqual([])
    expect(longFiles(source(...Array(251).fill('')))).toEqual(['a.ts:251: a file of 251 lines'])
  })

  test('the rule for folders counts the files of each folder alone', () => {
    const files = (folder: string, count: number) => Array.from({ length: count }, (_, n) => `${folder}/${n}.ts`)
    expect(fullFolders([...files('lib/a', 12), ...files('lib/a/b', 12)])).toEqual([])
    expect(fullFolders([...files('lib/a', 13), ...files('lib/c', 1)])).toEqual(['lib/a: a folder of 13 files'])
  })
})
