// Later delivery: what could not be handed in waits in the browser and is handed in once.
import { Server } from '../harness/server';
import { type Page, alive, expect, test } from '../harness/test';

let server: Server;
test.beforeEach(async () => { server = await Server.start(); });
test.afterEach(async () => server.remove());
test.use({ allowed: [/ERR_|503|Failed to load resource|WebSocket connection/] });

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
