import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { Page } from 'playwright-core'

export type Who = 'ada' | 'ben' | 'cleo'

export const press = (page: Page, button: string) => page.getByTestId(button).click()

/** Waits until the network is known to do so, or no longer: until then the button would do what it did before. */
export const lit = (page: Page, button: string, on: boolean) =>
  page.locator(`[data-testid=${button}][aria-pressed=${String(on)}]`).waitFor({ state: 'attached' })

export const status = (page: Page, who: Who, wanted: string) =>
  page.getByTestId(`${who}-status`).filter({ hasText: wanted }).waitFor({ state: 'attached' })

/** What the page says of the fault pressed last. */
export const told = (page: Page, words: RegExp) => page.getByTestId('last-fault').filter({ hasText: words }).waitFor()

/** Waits until the ladder shows that this rung carries. */
export const rung = (page: Page, who: Who, wanted: string) =>
  page.locator(`[data-testid=${who}-ladder][data-rung=${wanted}]`).waitFor({ state: 'attached' })

/** Which rungs are marked as blocked, the best first. */
export const blocked = (page: Page, who: Who) =>
  page
    .locator(`[data-testid^=${who}-rung-][data-blocked]`)
    .evaluateAll((items) => items.map((item) => (item as HTMLElement).dataset.testid?.split('-rung-')[1]))

export const screenshot = (page: Page, name: string) =>
  page.screenshot({ path: join(tmpdir(), 'holdfast-demo', `${name}.png`) })

/** What the scoreboard shows, by name. */
export const score = (page: Page) =>
  page
    .locator('[data-score]')
    .evaluateAll((cells) =>
      Object.fromEntries(
        cells.map((cell) => [(cell as HTMLElement).dataset.score, Number(cell.textContent?.replaceAll(',', ''))]),
      ),
    )

/** Waits until all that was said has been heard; and then nothing is lost, twice, or out of order. */
export async function expectPromise(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const [sent, accepted, received] = ['sent', 'accepted', 'received'].map(
      (name) => document.querySelector(`[data-score=${name}]`)?.textContent,
    )
    return sent === accepted && sent === received
  })
  expect(await score(page)).toMatchObject({ lost: 0, duplicated: 0, disordered: 0 })
}

/** Presses every button that hurts all transports alike, and waits for what the page says of it. */
export async function hurt(page: Page, name: string): Promise<void> {
  await press(page, 'kill')
  await Promise.all([status(page, 'ada', 'Reconnecting'), status(page, 'ben', 'Reconnecting')])
  await page.getByTestId('server-state').filter({ hasText: 'down' }).waitFor()
  await screenshot(page, `${name}-killed`)
  await told(page, /Server killed.* well again/)

  await press(page, 'ada-blackhole')
  await told(page, /Black hole, Ada: noticed after .* well again/)

  await press(page, 'ada-refuse')
  await status(page, 'ada', 'Reconnecting')
  await press(page, 'ada-refuse')
  await told(page, /refused, Ada: .* well again/)

  await press(page, 'ada-offline')
  await status(page, 'ada', 'Offline')
  await screenshot(page, `${name}-offline`)
  await press(page, 'ada-offline')
  await told(page, /Offline, Ada: .* well again/)

  await press(page, 'ada-lose-acks')
  await told(page, /Acks lost, Ada: noticed .* well again/)

  await press(page, 'ada-flood')
  await told(page, /Flood, Ada: all accepted/)
}

/** Says so to everybody, or to one alone. */
export async function say(page: Page, who: Who, text: string, to = 'all'): Promise<void> {
  await page.getByTestId(`${who}-to-${to}`).check({ force: true })
  await page.getByTestId(`${who}-input`).fill(text)
  await press(page, `${who}-send`)
}

/** Waits until the sender sees this mark at the message. */
export const marked = (page: Page, who: Who, text: string, mark: string) =>
  page
    .locator(`[data-testid=${who}-messages] .own[data-state=${mark}]`)
    .filter({ hasText: text })
    .waitFor({ state: 'attached', timeout: 25_000 })

/** What a screen reader says of the mark. */
export const labelOf = (page: Page, who: Who, text: string) =>
  page
    .locator(`[data-testid=${who}-messages] .own`)
    .filter({ hasText: text })
    .getByRole('img')
    .getAttribute('aria-label')

/** Waits until this person's client knows so of somebody else. */
export const present = (page: Page, who: Who, other: string, how: string) =>
  page
    .locator(`[data-testid=${who}-company] [data-presence=${how}]`)
    .filter({ hasText: other })
    .waitFor({ state: 'attached', timeout: 25_000 })

/** What somebody sees, in its order, of what holds `words`. */
export const seen = (page: Page, who: Who, words: string) =>
  page
    .locator(`[data-testid=${who}-messages] .text`)
    .evaluateAll(
      (items, words) => items.map((item) => String(item.textContent)).filter((text) => text.includes(words)),
      words,
    )
