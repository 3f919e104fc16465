// Wrong command lines, made from the options of each command: one line on standard error, nothing on standard output, code 2.

import { expect, test } from 'vitest'
import { hasControls } from '../core/printable.ts'
import { bench } from './commands/bench.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { explain } from './commands/explain.ts'
import { exportCommand } from './commands/export.ts'
import { info } from './commands/info.ts'
import { lr } from './commands/lr.ts'
import { predict } from './commands/predict.ts'
import { runFile } from './commands/run.ts'
import { summary } from './commands/summary.ts'
import { train } from './commands/train.ts'
import { commandInProcess } from './inProcess.ts'
import type { Command } from './usage.ts'

const commands: readonly Command[] = [train, lr, evaluateCommand, predict, exportCommand, summary, explain, info]

const glueball = commandInProcess()

const long = 'x'.repeat(1_000_000)
/** No numbers that an option takes. */
const noNumbers = ['ten', 'NaN', '1e999', '1,5', '0x', ' ', '-', '\u001b[2Jten', '1\n2', long]

/** What is needed in front of options, so that the options alone are wrong. */
const before: Readonly<Record<string, readonly string[]>> = {
  evaluate: ['.'],
  predict: ['.', 'a.png'],
  export: ['.'],
  summary: ['nin'],
  explain: ['nin'],
}

function linesOf({ name, args }: Command): (readonly string[])[] {
  const given = before[name] ?? []
  return Object.entries(args).flatMap(([option, arg]) => {
    if (arg.type === 'positional') return []
    const line = (...rest: readonly string[]) => [name, ...given, ...rest]
    const misspelt = [line(`--${option}x`, '1'), line(`-${option[0]}`, '1'), line(`--${option.toUpperCase()}`)]
    if (arg.type === 'boolean') return [...misspelt, line(`--${option}=yes`), line(`--${option}=`)]
    const without = [line(`--${option}`), line(`--${option}=`), line(`--${option}`, '--json')]
    const isNumber = /^[\d.]+$/.test(arg.valueHint ?? '') || arg.valueHint === 'N'
    const wrong = isNumber ? noNumbers.map((text) => line(`--${option}=${text}`)) : []
    return [...misspelt, ...without, ...wrong]
  })
}

const choices = ['model', 'dataset', 'recipe', 'optimizer', 'lr-schedule', 'init', 'ctx']
const lines = [
  ...commands.flatMap(linesOf),
  ...choices.flatMap((option) =>
    ['nothing', 'Nin ', long, 'a\nb', '\u202enin'].map((text) =>
      option === 'model' ? ['train', text] : ['train', `--${option}`, text],
    ),
  ),
  ...[['trian'], ['--trian'], ['-x'], [long], ['a\nb'], ['TRAIN'], ['train', 'nin', 'lenet'], ['evaluate', 'a', 'b']],
  ...[
    ['summary', 'nin', 'lenet'],
    ['info', 'all'],
    ['summary', 'mlp'],
    ['summary'],
    ['evaluate'],
    ['predict'],
    ['run'],
  ],
  ...['1', '1,2', 'a,b', '1,1,0,0', '1,1,-5,28', '28x28', long].map((text) => ['summary', 'nin', `--input=${text}`]),
  ...['/dev/null', '.', 'missing.ts', long, 'a\nb'].map((text) => [runFile.name, text]),
].filter(([name]) => name !== bench.name)

test(`${lines.length} of them`, async () => {
  expect(lines.length).toBeGreaterThan(200)
  const faults: string[] = []
  for (const line of lines) {
    const { code, stdout: out, stderr: err } = await glueball(...line)
    const [first, ...rest] = err.trimEnd().split('\n')
    const right = code === 2 && out === '' && rest.length === 0 && /^error: \[\w+\] /.test(first) && err.length < 3000
    if (right && !/\[object |undefined/.test(err) && !hasControls(err.trimEnd())) continue
    faults.push(`${line.join(' ').slice(0, 100)}: ${code} ${out.slice(0, 100)}${JSON.stringify(err.slice(0, 300))}`)
  }
  expect(faults).toEqual([])
})
