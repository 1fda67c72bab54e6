import { type ChildProcess, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished } from 'vitest'

export const user = { username: 'ada', password: 'Secret, or not?' }
export const realm = 'a realm'

/** Debian's Apache with mod_auth_digest, which knows MD5. A nonce lives two seconds. */
export async function startApache(): Promise<string> {
  const { folder, port } = await place()
  await writeFile(join(folder, 'users'), `${user.username}:${realm}:${secret('md5')}\n`)
  const modules = ['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_digest']
  const config = [
    `ServerRoot ${folder}`,
    `ServerName 127.0.0.1`,
    `Listen 127.0.0.1:${port}`,
    `PidFile ${folder}/pid`,
    `ErrorLog ${folder}/error.log`,
    `DefaultRuntimeDir ${folder}`,
    'User www-data',
    'Group www-data',
    ...modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`),
    `Mutex file:${folder}`,
    `DocumentRoot ${folder}/files`,
    '<Location />',
    'AuthType Digest',
    `AuthName "${realm}"`,
    `AuthUserFile ${folder}/users`,
    'AuthDigestNonceLifetime 2',
    'Require valid-user',
    '</Location>',
  ]
  await writeFile(join(folder, 'apache.conf'), `${config.join('\n')}\n`)
  return serve('/usr/sbin/apache2', ['-d', folder, '-f', 'apache.conf', '-DFOREGROUND'], port)
}

/** Debian's lighttpd with mod_auth: SHA-256. */
export async function startLighttpd(): Promise<string> {
  const { folder, port } = await place()
  await writeFile(join(folder, 'users'), `${user.username}:${realm}:${secret('sha256')}\n`)
  const config = [
    `server.document-root = "${folder}/files"`,
    `server.port = ${port}`,
    'server.bind = "127.0.0.1"',
    'server.modules = ( "mod_auth", "mod_authn_file" )',
    'auth.backend = "htdigest"',
    `auth.backend.htdigest.userfile = "${folder}/users"`,
    `auth.require = ( "/" => ( "method" => "digest", "algorithm" => "SHA-256", "realm" => "${realm}", "require" => "valid-user" ) )`,
  ]
  await writeFile(join(folder, 'lighttpd.conf'), `${config.join('\n')}\n`)
  return serve('/usr/sbin/lighttpd', ['-D', '-f', join(folder, 'lighttpd.conf')], port)
}

function secret(algorithm: 'md5' | 'sha256'): string {
  return createHash(algorithm).update(`${user.username}:${realm}:${user.password}`).digest('hex')
}

async function place(): Promise<{ folder: string; port: number }> {
  const folder = await mkdtemp(join(tmpdir(), 'authenticated-client-digest-'))
  await chmod(folder, 0o755)
  await mkdir(join(folder, 'files'))
  await writeFile(join(folder, 'files/me'), 'hello')
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  const port = await new Promise<number>((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' ? (address?.port ?? 0) : 0))
    })
  })
  return { folder, port }
}

async function serve(command: string, args: readonly string[], port: number): Promise<string> {
  const child: ChildProcess = spawn(command, args, { stdio: 'ignore' })
  onTestFinished(async () => {
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill()
    await gone
  })
  const origin = `http://127.0.0.1:${port}`
  await expect.poll(() => fetch(`${origin}/me`).then(({ status }) => status), { timeout: 10_000 }).toBe(401)
  return origin
}
