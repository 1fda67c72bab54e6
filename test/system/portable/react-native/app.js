// What a React Native app's bundle begins with, as far as requests need it, and the behaviours.
import 'react-native/Libraries/Core/setUpGlobals'
import 'react-native/Libraries/Core/setUpXHR'
import emitter from 'react-native/Libraries/EventEmitter/RCTDeviceEventEmitter'
import { runBehaviours } from './suite'

globalThis.deviceEvents = emitter
globalThis.runBehaviours = runBehaviours
