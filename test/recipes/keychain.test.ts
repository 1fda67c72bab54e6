import type { AuthenticatedClient, TokenSet } from 'authenticated-client'
import { expect, it, onTestFinished, vi } from 'vitest'
import { quiet } from '../support/clock'

const keychain = vi.hoisted(() => ({
  getGenericPassword: vi.fn(),
  setGenericPassword: vi.fn(),
  resetGenericPassword: vi.fn(async () => true),
  ACCESS_CONTROL: { BIOMETRY_ANY_OR_DEVICE_PASSCODE: 'BiometryAnyOrDevicePasscode' },
}))
vi.mock('react-native-keychain', () => keychain)

const tokens = { accessToken: 'access', refreshToken: 'refresh' }

it('keychain: whoever signs in anew gets past a session that can never be read again', async () => {
  const { client, signInAnew } = await recipe()
  keychain.getGenericPassword.mockRejectedValue(new Error('Decryption failed'))
  keychain.resetGenericPassword.mockImplementation(async () => {
    keychain.getGenericPassword.mockResolvedValue(false)
    return true
  })

  await signInAnew(tokens)

  expect(await client.getAccessToken()).toBe('access')
})

it('keychain: whoever signs in anew is told after ten seconds where an earlier save never ends', async () => {
  vi.useFakeTimers()
  onTestFinished(() => void vi.useRealTimers())
  const { client, signInAnew } = await recipe()
  keychain.getGenericPassword.mockResolvedValue(false)
  keychain.setGenericPassword.mockReturnValue(new Promise(() => {}))
  client.setTokens(tokens).catch(() => {})
  await quiet()

  const told = expect(signInAnew(tokens)).rejects.toThrow('The keychain does not answer')
  await vi.advanceTimersByTimeAsync(10_000)

  await told
})

/** As it is at each start of the app. What it imports is installed in its own folder alone, so `tsc` must not follow it from here. */
async function recipe() {
  vi.resetModules()
  const path = '../../playground/recipes/expo/keychain'
  return vi.importActual<{ client: AuthenticatedClient; signInAnew(tokens: TokenSet): Promise<void> }>(path)
}
