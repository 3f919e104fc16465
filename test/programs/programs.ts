// The programs by name; the twin of each is NAME.py.
import { batchNormScratch } from './batchNormScratch.ts'
import { lenet } from './lenet.ts'
import { rnnScratch } from './rnnScratch.ts'
import type { Program } from './trace.ts'

/** The programs, in the order of their chapters. */
export const programs: Readonly<Record<string, Program>> = { lenet, batchNormScratch, rnnScratch }
