// How the command reads what was typed: options checked against what exists, errors that name what exists, help.
import { stripVTControlCharacters } from 'node:util'
import { type ArgsDef, type CommandDef, defineCommand, type ParsedArgs, parseArgs, renderUsage } from 'citty'
import { nearest } from '../core/nearest.ts'

/** What was typed makes no sense: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** One command of the program. */
export interface Command {
  readonly name: string
  readonly description: string
  readonly args: ArgsDef
  /** Lines that can be typed as they stand, each with what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[]
  /** Whether all that is typed is handed over as it is. */
  readonly passes?: boolean
  /** Runs it; returns the exit code, 0 where nothing is returned. */
  run(rawArgs: string[]): Promise<number | undefined>
}

interface CommandParts<T extends ArgsDef> extends Omit<Command, 'args' | 'run'> {
  readonly args: T
  /** Whether positional arguments may follow the named ones. */
  readonly many?: boolean
  run(args: ParsedArgs<T>, rawArgs: string[]): Promise<number | undefined>
}

/** Makes a command whose options are checked before it runs. */
export function command<const T extends ArgsDef>(parts: CommandParts<T>): Command {
  return {
    ...parts,
    async run(rawArgs) {
      if (parts.passes) return parts.run(parseArgs<T>([], {}), rawArgs)
      checkOptions(parts.name, rawArgs, parts.args)
      const args = parseArgs<T>(rawArgs, optional(parts.args))
      const positionals = Object.values(parts.args).filter((arg) => arg.type === 'positional').length
      if (!parts.many && args._.length > positionals) {
        throw new UsageError(`[${parts.name}] there is one argument too many: '${args._[positionals]}'`)
      }
      return parts.run(args, rawArgs)
    },
  }
}

/** citty's own messages for missing arguments name no example: each command says what it misses. */
function optional(args: ArgsDef): ArgsDef {
  return Object.fromEntries(Object.entries(args).map(([name, arg]) => [name, { ...arg, required: false }]))
}

/** Throws on an option that does not exist, and on one without its value. */
export function checkOptions(commandName: string, rawArgs: readonly string[], args: ArgsDef): void {
  const options = Object.entries(args).filter(([, arg]) => arg.type !== 'positional')
  const kinds = new Map(options.map(([name, arg]) => [`--${name}`, arg.type]))
  for (let i = 0; i < rawArgs.length && rawArgs[i] !== '--'; i++) {
    if (!/^-./.test(rawArgs[i])) continue
    const [name] = rawArgs[i].split('=', 1)
    const kind = kinds.get(name)
    if (kind === undefined) throw new UsageError(unknown(commandName, 'option', name, [...kinds.keys()]))
    if (kind === 'boolean') {
      if (name !== rawArgs[i]) throw new UsageError(`[${commandName}] ${name} takes no value, got ${rawArgs[i]}`)
      continue
    }
    const value = name === rawArgs[i] ? rawArgs[++i] : rawArgs[i].slice(name.length + 1)
    if (value === undefined || value === '' || value.startsWith('--')) {
      throw new UsageError(`[${commandName}] ${name} needs a value, as in ${name} ${args[name.slice(2)].valueHint}`)
    }
  }
}

/** The sentence about a name that does not exist: the nearest one, and all there are. */
export function unknown(where: string, kind: string, name: string, known: readonly string[]): string {
  const near = nearest(name, known)
  const hint = near ? ` Did you mean ${near}?` : ''
  return `[${where}] there is no ${kind} ${name}.${hint} There ${known.length === 1 ? 'is' : 'are'}: ${known.join(', ')}`
}

/** Whether colours may be printed here. */
export function inColour(): boolean {
  const { NO_COLOR, TERM } = process.env
  return Boolean(process.stdout.isTTY) && !NO_COLOR && TERM !== 'dumb'
}

/** The help of a command, with its examples. */
export async function helpOf({ name, description, args, examples }: Command): Promise<string> {
  const shown: CommandDef = defineCommand({ meta: { name: `glueball ${name}`, description }, args })
  const usage = (await renderUsage(shown)).replace(/^.*\n/, `${description}\n`).replace(/ +$/gm, '').trimEnd()
  const text = `${usage}\n\n${inColour() ? '\u001B[1m\u001B[4mEXAMPLES\u001B[24m\u001B[22m' : 'EXAMPLES'}\n\n${examplesOf(examples)}`
  return inColour() ? text : stripVTControlCharacters(text)
}

/** Example lines, each with its explanation below. */
export function examplesOf(examples: Command['examples']): string {
  return examples.map(([line, what]) => `  glueball ${line}\n      ${what}`).join('\n')
}
