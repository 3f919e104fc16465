// Every case of every op on the GPU engine in Node, its operands at the start of a buffer and within one.
import { checkCasesOnGpu } from './gpuCases.ts'

await checkCasesOnGpu('in all places')
