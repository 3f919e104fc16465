// `glueball run FILE`: a program of the user's, with a Node that runs TypeScript and the package resolved.
import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { handOver } from '../programs/launcher.ts'
import { namespaceHint } from '../programs/namespaceHints.ts'
import { typeCheck } from '../programs/typeCheck.ts'
import { printError } from '../terminal/printing.ts'
import { command, UsageError } from '../usage.ts'

/** The command. */
export const runFile = command({
  name: 'run',
  description: 'Runs a TypeScript or JavaScript program of yours',
  args: {
    check: { type: 'boolean', description: 'checks the types first, by the package typescript beside the program' },
    file: { type: 'positional', description: 'the program; what follows it is passed on to it', valueHint: 'FILE' },
  },
  passes: true,
  examples: [
    ['run program.ts --epochs 1', 'a program of yours, which is given --epochs 1'],
    ['run --check program.ts', 'the same, once its types are right'],
    ['run examples/nin.ts --epochs 1', 'the tutorial, written with this library (in the repository)'],
  ],
  async run(_args, typed) {
    const checked = typed[0] === '--check'
    const [file, ...rest] = checked ? typed.slice(1) : typed
    if (file === undefined || file.startsWith('-')) {
      throw new UsageError('[run] which program? Give its path, as in glueball run program.ts')
    }
    if (!isFile(file))
      throw new UsageError(`[run] there is no file ${file}: give the path of a TypeScript or JavaScript file`)
    if (checked && !passes(file)) return 1
    await handOver(['run', file, ...rest])
    if (/\.[mc]?ts$/.test(file) && !process.features.typescript) {
      throw new Error(`[run] Node ${process.versions.node} cannot run TypeScript: it needs Node 22.18 or newer`)
    }
    process.argv = [process.argv[0], resolve(file), ...rest]
    try {
      await import(pathToFileURL(resolve(file)).href)
    } catch (error) {
      const library = await import('../../index.ts')
      const hint = namespaceHint(error, () => library)
      if (hint) printError(`hint: ${hint}`)
      console.error(error)
      return 1
    }
    return Number(process.exitCode ?? 0)
  },
})

/** Whether a program's types are right; prints what is wrong. */
function passes(file: string): boolean {
  const { passed, report, version } = typeCheck(file)
  if (passed) return true
  printError(report.trimEnd())
  printError(`[run] ${file} was not run: its types are wrong, says typescript ${version}`)
  return false
}

/** Whether there is a file of that name; Node would read a device without end, and wait for a FIFO. */
function isFile(path: string): boolean {
  try {
    return statSync(path).isFile()
  } catch {
    return false
  }
}
