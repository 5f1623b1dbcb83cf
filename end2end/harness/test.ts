// The test function of this project: a console that speaks or an error on the page fails the journey (a page that the browser
// draws otherwise than the server shows itself there), and visiting waits until the page is alive.
import { type Page, test as base, expect } from '@playwright/test';
import { createRequire } from 'node:module';

export { expect };

type Options = { allowed: RegExp[]; visit: (path: string) => Promise<void> };

export const test = base.extend<Options>({
  /** Console messages that the journey provokes (a missing page is told by the browser). */
  allowed: [[], { option: true }],
  baseURL: async ({}, use) => use(process.env.STEADYLINE_URL),
  page: async ({ page, allowed }, use) => {
    const said: string[] = [];
    page.on('console', (message) => said.push(`${message.type()}: ${message.text()} (${message.location().url})`));
    page.on('pageerror', (error) => said.push(`error: ${error.message}`));
    await use(page);
    const unexpected = said.filter((line) => !allowed.some((pattern) => pattern.test(line)));
    expect(unexpected, 'the console must stay silent').toEqual([]);
  },
  visit: async ({ page }, use) => {
    await use(async (path) => {
      await page.goto(path);
      await alive(page);
    });
  },
});

/** Waits until the browser's program has taken the page over. */
export async function alive(page: Page) {
  await page.locator('html[data-hydrated]').waitFor({ state: 'attached' });
}

const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');

/** Must be called before the page is visited: a script tag would be refused by the page's policy. */
export async function bringAxe(page: Page) {
  await page.addInitScript({ path: axe });
}

/** No violation of any rule that axe knows. */
export async function expectAccessible(page: Page) {
  const found = await page.evaluate(async () => {
    const { axe: audit } = globalThis as unknown as { axe: { run: (where: Document, options: object) => Promise<{ violations: Violation[] }> } };
    type Violation = { id: string; help: string; nodes: { target: string[]; failureSummary?: string }[] };
    // A colour that is on its way to another (a button's background) is neither: what counts is where it comes to rest.
    await Promise.allSettled(document.getAnimations().filter((one) => one instanceof CSSTransition).map((one) => one.finished));
    const { violations } = await audit.run(document, { preload: false });
    return violations.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map((node) => node.target.join(' ')).join(', ')}`);
  });
  expect(found, 'axe').toEqual([]);
}
