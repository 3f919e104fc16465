// Metrics beside NumPy, which the Python of PyTorch has, on the CPU engine and the reference engine.
import { cpu, reference } from 'glueball'
import { checkMetrics } from './metrics.ts'

checkMetrics(async () => [reference(), cpu()])
