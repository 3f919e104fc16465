// Damaged files of a format, read in processes of their own; what came of them, against the bars.
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Answer } from './reader.ts'

/** Files that one process reads. */
const batch = 200

/** What a file of less than 10 MB may take: seconds of the processor, and MB of memory. */
const bars = { seconds: 2, megabytes: 500 }

/**
 * Reads `count` damaged files of a format from seed `first` on, and its bombs if they are asked for; expects each to be
 * refused in a line, or read aright, and returns a line for a log.
 */
export async function campaign(format: string, first: number, count: number, more?: 'bombs'): Promise<string> {
  const answers: Answer[] = []
  for (let done = 0; done < count; done += batch)
    answers.push(...(await readFiles(format, first + done, Math.min(batch, count - done), more)))
  const wrong = answers.filter(({ outcome, seconds, megabytes }) => {
    return outcome === 'wrong' || seconds > bars.seconds || megabytes > bars.megabytes
  })
  expect(wrong).toEqual([])
  return summary(format, answers)
}

/** The answers of one process; one that ends before its time leaves an answer too. */
async function readFiles(format: string, first: number, count: number, more = ''): Promise<Answer[]> {
  const program = join(import.meta.dirname, 'reader.ts')
  const args = ['--conditions=source', '--expose-gc', program, format, String(first), String(count), more]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  const text = { stdout: '', stderr: '' }
  child.stdout.setEncoding('utf8').on('data', (part) => (text.stdout += part))
  child.stderr.setEncoding('utf8').on('data', (part) => (text.stderr += part))
  const end = await new Promise<string>((resolve) => child.on('close', (code, signal) => resolve(`${signal ?? code}`)))
  const lines = text.stdout.split('\n').filter((line) => line !== '')
  const answers = lines.map((line) => JSON.parse(line) as Answer)
  if (answers.length >= count && end === '0' && text.stderr === '') return answers
  const lost = { how: 'unknown', bytes: 0, seconds: 0, megabytes: 0, outcome: 'wrong' } as const
  return [...answers, { ...lost, seed: first + answers.length, text: `the process ended with ${end}: ${text.stderr}` }]
}

/** One line of a campaign's log. */
function summary(format: string, answers: readonly Answer[]): string {
  const count = (outcome: string) => answers.filter((one) => one.outcome === outcome).length
  const same = answers.filter(({ text }) => text.startsWith('nothing')).length
  const most = (key: 'seconds' | 'megabytes') => Math.max(...answers.map((one) => one[key]))
  return [
    `${format}: ${answers.length} files, ${count('refused')} refused`,
    `${count('accepted')} accepted (${same} unchanged)`,
    `at most ${most('megabytes').toFixed(0)} MB and ${most('seconds').toFixed(2)} s`,
  ].join(', ')
}
