export { indexedDbStore } from './stores/indexed-db'
