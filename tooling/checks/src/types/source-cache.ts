import ts from 'typescript'

/** Parsed files that several programs of one process share. */
export interface SourceCache {
  /** A compiler host whose programs take what has been parsed before. */
  readonly hostFor: (options: ts.CompilerOptions) => ts.CompilerHost
}

/**
 * Shares declaration files between all programs, as `tsc --build` does, and sources between programs with the same
 * options. Most of the time of a small program goes into reading the same libraries.
 */
export function createSourceCache(): SourceCache {
  const parsed = new Map<string, ts.SourceFile>()
  return {
    hostFor: (options) => {
      const host = ts.createCompilerHost(options)
      const signature = signatureOf(options)
      return {
        ...host,
        getSourceFile: (name, settings, ...rest) => {
          const key = JSON.stringify([name, /\.d\.[mc]?ts$/.test(name) ? '' : signature, formatOf(settings)])
          const file = parsed.get(key) ?? host.getSourceFile(name, settings, ...rest)
          if (file !== undefined) parsed.set(key, file)
          return file
        },
      }
    },
  }
}

function signatureOf({ configFilePath, ...options }: ts.CompilerOptions): string {
  return JSON.stringify(options)
}

/** Whether a file is read as an ES module or as CommonJS depends on the nearest manifest. */
function formatOf(settings: ts.ScriptTarget | ts.CreateSourceFileOptions): ts.ResolutionMode {
  return typeof settings === 'object' ? settings.impliedNodeFormat : undefined
}
