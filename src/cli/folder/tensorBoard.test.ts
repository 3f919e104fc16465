// Event files of TensorBoard: records, their checksums, and what they hold.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { decode } from '../../gluon/onnx/protobuf.ts'
import { crc32c } from '../../io/crc32.ts'
import { epochEvent, progress } from '../fixtures.ts'
import { eventFilePrefix, schema, TensorBoardLog, tfRecord } from './tensorBoard.ts'

const folder = mkdtempSync(join(tmpdir(), 'glueball-board-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const text = (value: string) => new TextEncoder().encode(value)

test('checksums are those of RFC 3720', () => {
  expect(crc32c(text('123456789'))).toBe(0xe3069283)
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa)
  expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43)
})

test('a record of 24 bytes starts as every event file does', () => {
  const head = Buffer.from(tfRecord(new Uint8Array(24))).subarray(0, 12)
  expect(head.toString('hex')).toBe('1800000000000000a37f4b22')
})

/** The events of a file. */
function* eventsOf(path: string) {
  const bytes = readFileSync(path)
  for (let at = 0; at < bytes.length; ) {
    const length = Number(bytes.readBigUInt64LE(at))
    const data = bytes.subarray(at + 12, at + 12 + length)
    expect(bytes.subarray(at, at + 16 + length)).toEqual(Buffer.from(tfRecord(data)))
    yield decode(schema, 'event', data)
    at += 16 + length
  }
}

test('a session writes its scalars by update; one that goes on has later ones forgotten', async () => {
  const log = new TensorBoardLog(folder, 20, () => 1_700_000_000_500)
  expect(log.path).toContain(join(folder, `${eventFilePrefix}1700000000.`))
  log.tell(progress({ update: 21, loss: null, accuracy: null }))
  log.tell(progress({ update: 22, loss: 2.5, accuracy: 0.25 }))
  log.tell(progress({ update: 22, phase: 'test', loss: 9 }))
  await log.flush()
  log.tell({ ...epochEvent(2, 0.5), loss: 0.75 })
  await log.flush()
  await log.flush()
  const [version, start, ...rest] = eventsOf(log.path)
  expect(version).toMatchObject({ wallTime: 1_700_000_000.5, fileVersion: 'brain.Event:2' })
  expect(start).toMatchObject({ step: 21, sessionLog: { status: 1 } })
  const scalars = rest.map(({ step, summary }) => [
    step,
    summary?.value.map(({ tag, simpleValue }) => [tag, simpleValue]),
  ])
  expect(scalars).toEqual([
    [
      22,
      [
        ['epoch/loss', 2.5],
        ['epoch/accuracy', 0.25],
      ],
    ],
    [
      30,
      [
        ['loss/train', 0.75],
        ['loss/test', Math.fround((2 / 3) * 1.1)],
        ['accuracy/train', Math.fround(0.52)],
        ['accuracy/test', 0.5],
        ['learning_rate', Math.fround(0.1)],
        ['images_per_second', 80],
      ],
    ],
  ])
})

test('what could not be written is written later', async () => {
  const log = new TensorBoardLog(join(folder, 'later'), 0)
  await expect(log.flush()).rejects.toThrow('ENOENT')
  log.tell(progress({ update: 1 }))
  await expect(log.flush()).rejects.toThrow('ENOENT')
  mkdirSync(join(folder, 'later'))
  await log.flush()
  expect([...eventsOf(log.path)].map(({ step }) => step)).toEqual([undefined, 1])
})
