export { type Ability, type Expect, type It, type Mend, type StoreConformanceOptions, storeConformance } from './testing/store-conformance'
