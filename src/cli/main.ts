// The program `glueball`.
import process from 'node:process'
import { commandLine } from './commandLine.ts'

void commandLine(process.argv.slice(2)).then((code) => {
  process.exitCode = code
})
