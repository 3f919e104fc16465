// Nothing that the command prints can move the cursor, and nothing but the place for it prints.
import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { printable } from '../../core/printable.ts'
import { jsonLine, printableLines } from './printing.ts'

test('control characters and marks of direction are written out, all else stays', () => {
  expect(printable('a\u001b[2J\u0007\n\t\u0000\u007f')).toBe('a\\x1b[2J\\x07\\x0a\\x09\\x00\\x7f')
  expect(printable('\u009b31m\u202egnp.\u2066\u2028')).toBe('\\x9b31m\\u202egnp.\\u2066\\u2028')
  expect(printable('鞋 é 👩‍🚀 ’…')).toBe('鞋 é 👩‍🚀 ’…')
  expect(printableLines('a\r\nb\u001b')).toBe('a\\x0d\nb\\x1b')
})

test('a line of JSON says what JSON.stringify says, without a control character', () => {
  const value = { 'na\u001bme': 'a\u009b\u007f\n\u202e"\\鞋', list: [1, null] }
  const line = jsonLine(value)
  expect(JSON.parse(line)).toEqual(value)
  expect(line).toMatch(/^[ -~鞋]*$/)
})

test('no other file of the command writes, but for static help and the errors of programs that it runs', () => {
  const folder = new URL('..', import.meta.url)
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => /(?<!test)\.ts$/.test(name))
  const writing = names.flatMap((name) => {
    const text = readFileSync(new URL(name.replaceAll('\\', '/'), folder), 'utf8')
    return Array.from(
      text.matchAll(/(console\.\w+|\b(?:stdout|stderr|#?out)\.write)\(.*/g),
      ([line]) => `${name}: ${line}`,
    )
  })
  expect(writing.filter((line) => !line.startsWith('terminal/printing.ts')).sort()).toEqual([
    'commandLine.ts: console.log(asked ? await helpOf(asked) : overview())',
    'commandLine.ts: console.log(await helpOf(command))',
    expect.stringMatching(/^commands.run\.ts: console\.error\(error\)$/),
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    'terminal/jsonLines.ts: out.write(`${jsonLine(event)}\\n`)',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: source text
    'terminal/terminal.ts: out.write(`${printableLines(text)}\\n`)',
  ])
})
