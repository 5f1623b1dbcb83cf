// Later delivery: what could not be handed in waits in the browser and is handed in once.
import { Server } from '../harness/server';
import { type Page, alive, expect, test } from '../harness/test';

let server: Server;
test.beforeEach(async () => { server = await Server.start(); });
test.afterEach(async () => server.remove());
test.use({ allowed: [/ERR_|503|Failed to load resource|WebSocket connection/] });

/** Refuses to hand results in while `hold` is set in the tab; every other request, the test's gigabytes among them, passes untouched. */
const holdResults = (page: Page) => page.addInitScript(() => {
  const send = window.fetch.bind(window);
  window.fetch = (input, init) => {
    const asked = input instanceof Request ? input : { method: init?.method ?? 'GET', url: String(input) };
    const result = asked.method === 'POST' && new URL(asked.url, location.href).pathname === '/api/measurements';
    if (result && sessionStorage.getItem('hold')) return Promise.reject(new TypeError('held by the journey'));
    return send(input, init);
  };
});

const stored = (page: Page) => page.evaluate(async () => (await (await fetch('/api/measurements')).json()) as { download_speed: number | null }[]);
const waiting = (page: Page) => page.evaluate(() => JSON.parse(localStorage.getItem('steadyline.later') ?? '[]').length as number);

test('an attempt while the server is away is delivered once, as a failure without a speed', async ({ page }) => {
  await page.goto(`${server.url}/test`);
  await alive(page);
  await server.down();
  await page.getByRole('button', { name: 'Start the test' }).click();
  await expect(page.getByText('The server did not answer. The attempt is kept').first()).toBeVisible({ timeout: 30_000 });
  expect(await waiting(page)).toBe(1);

  await server.up();
  await page.goto(`${server.url}/test`);
  await expect.poll(() => waiting(page)).toBe(0);
  const all = await stored(page);
  expect(all).toHaveLength(1);
  expect(all[0]?.download_speed).toBeNull();
});

test('what waits is delivered once when the browser comes back online, without a reload', async ({ page }) => {
  await page.goto(`${server.url}/test`);
  await alive(page);
  await server.down();
  await page.getByRole('button', { name: 'Start the test' }).click();
  await expect(page.getByText('The server did not answer. The attempt is kept').first()).toBeVisible({ timeout: 30_000 });
  await server.up();

  const posts: string[] = [];
  page.on('request', (request) => { if (request.method() === 'POST') posts.push(request.url()); });
  await page.evaluate(() => {
    for (let i = 0; i < 3; i += 1) window.dispatchEvent(new Event('online'));
  });
  await expect.poll(() => waiting(page)).toBe(0);
  expect(posts).toEqual([`${server.url}/api/measurements`]);
  expect(await stored(page)).toHaveLength(1);
});

test('a finished run whose POST failed is delivered once', async ({ page }) => {
  await holdResults(page);
  await page.goto(`${server.url}/test`);
  await alive(page);
  await page.evaluate(() => sessionStorage.setItem('hold', 'yes'));
  await page.getByRole('button', { name: 'Start the test' }).click();
  await expect(page.getByText('The test is finished, but the server did not answer.').first()).toBeVisible({ timeout: 60_000 });
  expect(await waiting(page)).toBe(1);
  expect(await stored(page)).toHaveLength(0);

  await page.evaluate(() => sessionStorage.removeItem('hold'));
  await page.reload();
  await expect.poll(() => waiting(page)).toBe(0);
  await page.reload();
  await alive(page);
  const all = await stored(page);
  expect(all).toHaveLength(1);
  expect(all[0]?.download_speed).toBeGreaterThan(0);
});
