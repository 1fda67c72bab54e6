import { Scanner } from './scanner.ts'

/** One for each test file. */
export const scanner = new Scanner()
