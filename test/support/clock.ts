export { quiet, type TestClock, testClock } from 'authenticated-client/testing'
