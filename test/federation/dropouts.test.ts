// Two rows of the table of dropouts; test/slow has all of it.
import { dropoutTable } from './dropout-table.ts'

dropoutTable(4, 1, 'light')
dropoutTable(5, 2, 'full')
