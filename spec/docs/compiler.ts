import ts from 'typescript'

/** Compiler options of a strict project that uses the package: its declarations are those of dist/. */
export const SETTINGS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  lib: ['lib.es2023.d.ts'],
  types: ['node', 'jest'],
  strict: true,
  esModuleInterop: true,
  skipLibCheck: true,
  noEmit: true,
}

/**
 * Compiles texts as if they were files, and returns all diagnostics.
 *
 * @param texts path -> text
 * @param files paths of files to compile along with them
 */
export function compile(texts: ReadonlyMap<string, string>, files: readonly string[] = []): readonly ts.Diagnostic[] {
  const host = ts.createCompilerHost(SETTINGS)
  const { fileExists, readFile, getSourceFile } = host
  host.fileExists = name => texts.has(name) || fileExists(name)
  host.readFile = name => texts.get(name) ?? readFile(name)
  host.getSourceFile = (name, version, ...rest) => {
    const text = texts.get(name)
    return text === undefined ? getSourceFile(name, version, ...rest) : ts.createSourceFile(name, text, version)
  }
  return ts.getPreEmitDiagnostics(ts.createProgram([...texts.keys(), ...files], SETTINGS, host))
}

/** Returns a diagnostic as `line: message`. */
export function said({ messageText, file, start }: ts.Diagnostic): string {
  const line = file && start !== undefined ? file.text.slice(0, start).split('\n').length : 0
  return `${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`
}
