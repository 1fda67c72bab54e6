import { coldImport } from './measures/cold-import.ts'
import { get } from './measures/get.ts'
import { heap } from './measures/heap.ts'
import { parser } from './measures/parser.ts'
import { roundTrip } from './measures/round-trip.ts'
import { storm } from './measures/storms.ts'
import { throughput } from './measures/throughput.ts'
import { waiters } from './measures/waiters.ts'

export const measures = [get, roundTrip, throughput, storm, waiters, parser, coldImport, heap]
