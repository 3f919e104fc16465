// 2,000 cases of each family.
import { testFamilies } from './properties.ts'

testFamilies(2000, Number(process.env['GLUEBALL_SEED'] ?? 2))
