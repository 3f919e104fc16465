// Metrics beside NumPy, which the Python of PyTorch has, on the GPU engine.
import { gpu } from 'glueball'
import { checkMetrics } from './metrics.ts'

let opened: ReturnType<typeof gpu> | undefined
checkMetrics(async () => [await (opened ??= gpu())])
