// Kills this process inside a write of a run's files. Loaded with --import; GLUEBALL_KILL_AT names a point and the number
// of the write at which it is reached, as `half:3`: `open` (an empty temporary file), `half` (of the bytes), `whole`
// (before the rename), `renamed`, or `append` (half of the lines for metrics.jsonl).
import fs from 'node:fs/promises'
import { syncBuiltinESMExports } from 'node:module'

const [point, number] = (process.env.GLUEBALL_KILL_AT ?? ':0').split(':')
const { appendFile, open, rename } = fs
let left = Number(number)

/** Whether this is the write at which to die. */
const due = () => --left === 0

function die() {
  process.kill(process.pid, 'SIGKILL')
  return new Promise(() => {})
}

fs.open = async (path, ...rest) => {
  const file = await open(path, ...rest)
  if (!String(path).endsWith('.tmp') || !['open', 'half', 'whole'].includes(point) || !due()) return file
  if (point === 'open') return die()
  const { writeFile } = file
  file.writeFile = async (bytes) => {
    await writeFile.call(file, point === 'half' ? bytes.subarray(0, bytes.length >> 1) : bytes)
    return die()
  }
  return file
}
fs.rename = async (from, to) => {
  await rename(from, to)
  if (String(from).endsWith('.tmp') && point === 'renamed' && due()) return die()
}
fs.appendFile = async (path, text) => {
  if (point !== 'append' || !due()) return appendFile(path, text)
  await appendFile(path, text.slice(0, text.length >> 1))
  return die()
}
syncBuiltinESMExports()
