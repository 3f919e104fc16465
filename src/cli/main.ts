// The program `glueball`.
import process from 'node:process'
import { commandLine } from './commandLine.ts'
import { heedNohup } from './interrupt.ts'
import { guardOutput } from './output.ts'

guardOutput()
heedNohup()
void commandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
