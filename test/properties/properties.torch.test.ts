// A slice of the cases of each family; all 2,000 are in properties.long.torch.test.ts.
import { testFamilies } from './properties.ts'

testFamilies(60, 1)
