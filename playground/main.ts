import { servePage } from './serve-page'
import { Playhouse } from './story/playhouse'
import { Terminal } from './terminal/terminal'

const once = process.argv.includes('--once') || !process.stdout.isTTY
const terminal = new Terminal(process.stdout)
const house = await Playhouse.open()
const { authorizationServer, api } = house.servers
terminal.print(`${house.acts.length} scenes, played on a real authorization server (${authorizationServer}) and a real API (${api})`)

const leave = house.watch((told) => terminal.show(told))
const results = await house.playAll()
leave()
terminal.showResults(results)
process.exitCode = results.every(({ held }) => held) ? 0 : 1

if (once) {
  await house.close()
} else {
  const page = await servePage(house)
  terminal.print(`Play them again, and more, in your browser: ${page.url}   (Ctrl+C stops)`)
  process.once('SIGINT', async () => {
    await page.close()
    await house.close()
  })
}
