// The program `glueball`.
import process from 'node:process'
import { commandLine } from './commandLine.ts'
import { heedNohup } from './terminal/interrupt.ts'
import { guardOutput } from './terminal/output.ts'

guardOutput()
heedNohup()
void commandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
