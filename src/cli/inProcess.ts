// The command in the process of a test, with what it prints.
import { afterEach, beforeEach, vi } from 'vitest'
import { commandLine } from './commandLine.ts'

/** What a command line left. */
export interface Printed {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Keeps what the tests of a file print; gives what runs a command line. */
export function commandInProcess(): (...args: readonly string[]) => Promise<Printed> {
  let stdout = ''
  let stderr = ''
  beforeEach(() => {
    vi.spyOn(console, 'log').mockImplementation((text) => void (stdout += `${text}\n`))
    vi.spyOn(console, 'error').mockImplementation((text) => void (stderr += `${text}\n`))
    vi.spyOn(process.stdout, 'write').mockImplementation((text) => Boolean((stdout += text)))
  })
  afterEach(() => vi.restoreAllMocks())
  return async (...args) => {
    stdout = ''
    stderr = ''
    const code = await commandLine(args)
    return { code, stdout, stderr }
  }
}
