export { type FileStoreOptions, fileStore } from './stores/file'
