// The command line: finds the command that was typed, runs it, and turns its end into an exit code.
import { bench } from './commands/bench.ts'
import { evaluateCommand } from './commands/evaluate.ts'
import { explain } from './commands/explain.ts'
import { exportCommand } from './commands/export.ts'
import { info } from './commands/info.ts'
import { launch } from './commands/launch.ts'
import { lr } from './commands/lr.ts'
import { predict } from './commands/predict.ts'
import { runFile } from './commands/run.ts'
import { summary } from './commands/summary.ts'
import { train } from './commands/train.ts'
import { describeError } from './failures.ts'
import { version } from './machine.ts'
import { print, printError } from './terminal/printing.ts'
import { type Command, examplesOf, helpOf, UsageError, unknown } from './usage.ts'

/** The commands in the order of the help. */
const commands: readonly Command[] = [
  train,
  evaluateCommand,
  predict,
  exportCommand,
  lr,
  summary,
  explain,
  runFile,
  launch,
  info,
  bench,
]

function overview(): string {
  const width = Math.max(...commands.map(({ name }) => name.length))
  return [
    'Network in Network and LeNet on Fashion-MNIST, in TypeScript and WebAssembly',
    '',
    'USAGE  glueball COMMAND [OPTIONS]',
    '',
    ...commands.map(({ name, description }) => `  ${name.padEnd(width)}  ${description}`),
    '',
    'EXAMPLES',
    '',
    examplesOf([
      ['train lenet', 'trains LeNet on Fashion-MNIST in a minute or two'],
      ['train nin --limit-train 10000 --epochs 10', 'the first run: Network in Network on 10,000 images'],
      ['train --help', 'every option of training'],
    ]),
  ].join('\n')
}

async function dispatch([name, ...rest]: readonly string[]): Promise<number> {
  if (name === undefined) {
    printError(overview())
    return 2
  }
  if (['--help', '-h', 'help'].includes(name)) {
    const asked = commands.find((command) => command.name === rest[0])
    console.log(asked ? await helpOf(asked) : overview())
    return 0
  }
  if (name === '--version' || name === '-v') {
    print(version())
    return 0
  }
  const command = commands.find((candidate) => candidate.name === name)
  const kind = name.startsWith('-') ? 'option' : 'command'
  if (!command) {
    throw new UsageError(unknown('glueball', kind, name, kind === 'option' ? ['--help', '--version'] : names()))
  }
  if (asksForHelp(command.passes ? rest.slice(0, 1) : rest)) {
    console.log(await helpOf(command))
    return 0
  }
  return (await command.run(rest)) ?? 0
}

function names(): string[] {
  return commands.map((command) => command.name)
}

/** Whether help is wanted: `--` ends the options of this program. */
function asksForHelp(args: readonly string[]): boolean {
  const end = args.indexOf('--')
  return (end < 0 ? args : args.slice(0, end)).some((arg) => arg === '--help' || arg === '-h')
}

/** Runs what was typed; tells what went wrong in one line; returns the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function commandLine(args: readonly string[]): Promise<number> {
  try {
    return await dispatch(args)
  } catch (error) {
    printError(describeError(error))
    return error instanceof UsageError ? 2 : 1
  }
}
