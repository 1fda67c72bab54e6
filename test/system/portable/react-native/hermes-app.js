// The same beginning as app.js, over a native half that is inside; what came of it is printed.
import { installNativeHalf } from './hermes-half'

let emitter
installNativeHalf((name, args) => emitter.emit(name, args))
require('react-native/Libraries/Core/setUpGlobals')
require('react-native/Libraries/Core/setUpXHR')
emitter = require('react-native/Libraries/EventEmitter/RCTDeviceEventEmitter').default
const { runBehaviours } = require('./suite')

const origin = 'http://127.0.0.1:8080'
runBehaviours({ origin, otherOrigin: origin.replace('127.0.0.1', 'localhost'), followsAnything: true }).then((outcome) =>
  print(JSON.stringify(outcome)),
)
